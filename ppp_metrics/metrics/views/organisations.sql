-- one row a partner of one supplier: who it is (organisation_id, a number for this session, is equal where the
-- registration number is), what is known of the organisation from any of its suppliers, the newest load first, and the
-- one key that it goes by
with identified as (
    select
        *,
        row_number() over () as number,
        coalesce(
            'registered ' || nullif(upper(regexp_replace(registration_number, '[^0-9A-Za-z]', '', 'g')), ''),
            'key ' || supplier || chr(31) || partner_id
        ) as organisation
    from partners
),

described as (
    select
        *,
        arg_max(size_class, row(load_id, partner_id)) over same_organisation as known_size_class,
        arg_max(sector_code, row(load_id, partner_id)) over same_organisation as known_sector,
        min(number) over same_organisation as organisation_id,
        -- with the supplier before it where the key is another organisation's, too
        if(
            min(organisation) over same_key = max(organisation) over same_key,
            partner_id,
            supplier || ':' || partner_id
        ) as own_key
    from identified
    window
        same_organisation as (partition by organisation),
        same_key as (partition by partner_id)
),

final as (
    select
        supplier,
        partner_id,
        organisation_id,
        own_key,
        arg_min(own_key, row(supplier, partner_id)) over (partition by organisation_id) as partner,
        name,
        partner_type,
        partner_type = 'company' as is_company,
        known_size_class as size_class,
        case when known_size_class = 'large' then 'no' when known_size_class is not null then 'yes' end as sme,
        known_sector as sector,
        region_code
    from described
)

select * from final

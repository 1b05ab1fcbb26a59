-- one row a partner of one supplier: who it is (organisation_id is equal where the registration number is), and what is
-- known of the organisation from any of its suppliers, the newest load first
with identified as (
    select
        *,
        coalesce(
            'registered ' || nullif(upper(regexp_replace(registration_number, '[^0-9A-Za-z]', '', 'g')), ''),
            'key ' || supplier || chr(31) || partner_id
        ) as organisation_id
    from partners
),

described as (
    select
        *,
        arg_max(size_class, row(load_id, partner_id)) over organisation as known_size_class,
        arg_max(sector_code, row(load_id, partner_id)) over organisation as known_sector,
        min(supplier) over same_key = max(supplier) over same_key as has_own_key
    from identified
    window
        organisation as (partition by organisation_id),
        same_key as (partition by partner_id)
),

final as (
    select
        supplier,
        partner_id,
        organisation_id,
        if(has_own_key, partner_id, supplier || ':' || partner_id) as partner,
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

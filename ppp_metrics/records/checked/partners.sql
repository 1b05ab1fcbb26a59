-- one row a partner of one supplier; same_as_supplier is another supplier that has an organisation of the same name and
-- region, where this one's registration number is missing, so that they cannot be known to be one organisation
with named as (
    select
        partner.*,
        regexp_replace(lower(strip_accents(partner.name)), '[^a-z0-9]', '', 'g') as folded_name,
        coalesce(region.current_code, partner.region_code) as current_region_code
    from partners as partner
    left join (select region_code, any_value(current_code) as current_code from regions group by region_code) as region
        using (region_code)
),

suppliers_by_name as (
    select
        folded_name,
        current_region_code,
        min(supplier) as first_supplier,
        max(supplier) as last_supplier
    from named
    group by folded_name, current_region_code
),

final as (
    select
        named.* exclude (folded_name),
        case
            when nullif(trim(named.registration_number), '') is not null then null
            when named.supplier != first_supplier then first_supplier
            when named.supplier != last_supplier then last_supplier
        end as same_as_supplier
    from named
    join suppliers_by_name using (folded_name, current_region_code)
)

select * from final

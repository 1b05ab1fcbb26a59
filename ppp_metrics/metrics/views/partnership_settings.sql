-- one row a partnership of one supplier: its dimensions; `partnership` is the key, with the supplier where two use it;
-- a partnership that only issues name, because its table was not sent, goes by its key
with known as (
    select supplier, partnership_id, name, programme, phase, region_code, start_date, end_date
    from partnerships
    union all by name
    select distinct supplier, partnership_id, partnership_id as name
    from issues
    where partnership_id is not null
        and (supplier, partnership_id) not in (select (supplier, partnership_id) from partnerships)
),

final as (
    select
        supplier,
        partnership_id,
        if(
            min(supplier) over same_key = max(supplier) over same_key, partnership_id, supplier || ':' || partnership_id
        ) as partnership,
        name,
        programme,
        phase,
        region_code,
        start_date,
        end_date
    from known
    window same_key as (partition by partnership_id)
)

select * from final

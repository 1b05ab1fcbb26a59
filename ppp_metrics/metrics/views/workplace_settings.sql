-- one row a workplace of one supplier: its dimensions; `workplace` is the key, with the supplier where two use it;
-- a workplace that only issues name, because its table was not sent, goes by its key
with known as (
    select supplier, workplace_id, name, workplace_type
    from workplaces
    union all by name
    select distinct supplier, workplace_id, workplace_id as name
    from issues
    where workplace_id is not null
        and (supplier, workplace_id) not in (select (supplier, workplace_id) from workplaces)
),

final as (
    select
        supplier,
        workplace_id,
        if(
            min(supplier) over same_key = max(supplier) over same_key, workplace_id, supplier || ':' || workplace_id
        ) as workplace,
        name,
        workplace_type
    from known
    window same_key as (partition by workplace_id)
)

select * from final

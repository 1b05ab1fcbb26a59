-- one row a workplace of one supplier: its dimensions; `workplace` is the key, with the supplier where two use it
with final as (
    select
        supplier,
        workplace_id,
        if(
            min(supplier) over same_key = max(supplier) over same_key, workplace_id, supplier || ':' || workplace_id
        ) as workplace,
        name,
        workplace_type
    from workplaces
    window same_key as (partition by workplace_id)
)

select * from final

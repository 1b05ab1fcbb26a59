-- one row a partnership of one supplier: its dimensions; `partnership` is the key, with the supplier where two use it
with final as (
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
    from partnerships
    window same_key as (partition by partnership_id)
)

select * from final

-- one row a supplier: its newest load and how many days ago that was; source_id is the first file of the load
with first_sources as (
    select
        load_id,
        min(source_id) as source_id
    from sources
    group by load_id
),

final as (
    select
        loaded.supplier,
        loaded.load_id,
        first_sources.source_id,
        null::bigint as source_row,
        loaded.loaded_at::date as load_date,
        date_diff('day', loaded.loaded_at::date, getvariable('check_date')) as days_since_load
    from known_loads as loaded
    left join first_sources using (load_id)
)

select * from final

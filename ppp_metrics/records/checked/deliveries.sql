-- one row a supplier and table that its newest load or the one before holds: how many keys of the load before there
-- were, and how many of them are gone; 0 for a first load; source_id is the first file of the table, else of the load
with earlier as (
    select
        newest.load_id,
        max(loads.load_id) as earlier_load_id
    from known_loads as newest
    join loads on loads.supplier = newest.supplier and loads.load_id < newest.load_id
    group by newest.load_id
),

compared as (
    select
        load_id,
        load_id as compared_id,
        true as is_newest
    from known_loads
    union all
    select
        load_id,
        earlier_load_id as compared_id,
        false as is_newest
    from earlier
),

records as (
    select
        compared.load_id,
        record_keys.table_name,
        record_keys.key,
        bool_or(not compared.is_newest) as stood,
        bool_or(compared.is_newest) as stands,
        min(record_keys.source_id) filter (compared.is_newest) as source_id
    from record_keys
    join compared on compared.compared_id = record_keys.load_id
    group by compared.load_id, record_keys.table_name, record_keys.key
),

first_sources as (
    select
        load_id,
        min(source_id) as source_id
    from sources
    group by load_id
),

counted as (
    select
        load_id,
        table_name,
        min(source_id) as source_id,
        count(*) filter (stood) as keys_before,
        count(*) filter (not stands) as keys_gone
    from records
    group by load_id, table_name
),

final as (
    select
        newest.supplier,
        counted.load_id,
        coalesce(counted.source_id, first_sources.source_id) as source_id,
        null::bigint as source_row,
        counted.table_name,
        counted.keys_before,
        counted.keys_gone,
        -- rounded up, so that more than half stays more than half
        case
            when counted.keys_before = 0 then 0
            else ceil(1000.0 * counted.keys_gone / counted.keys_before) / 10
        end as gone_pct
    from counted
    join known_loads as newest using (load_id)
    left join first_sources using (load_id)
)

select * from final

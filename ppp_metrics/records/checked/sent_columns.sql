-- one row a column that a supplier sent and numbers are made of: how many of its filled cells were put aside, as a
-- percentage; a cell that only fell with another row, or whose key stands twice, could be read and is no part of them;
-- source_id is the first file with such a cell, else the first of the load
with counted as (
    select 'partnerships' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from partnerships group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'partners' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from partners group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'memberships' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from memberships group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'capabilities' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from capabilities group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'themes' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from themes group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'workplaces' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from workplaces group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'agreements' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from agreements group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'issues' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from issues group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'outcomes' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from outcomes group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'participants' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from participants group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'participations' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from participations group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'assessments' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from assessments group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'interactions' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from interactions group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'value_stories' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from value_stories group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
    union all
    select 'targets' as table_name, * from (
        unpivot (select load_id, count(columns(* exclude (supplier, load_id, source_id, source_row))) from targets group by load_id)
        on columns(* exclude (load_id)) into name column_name value kept
    )
),

aside as (
    select
        load_id,
        table_name,
        column_name,
        count(*) as put_aside,
        min(source_id) as source_id
    from quarantine
    where
        column_name is not null
        and reason not like '%was put aside itself%'
        and reason not like '%stands more than once%'
    group by load_id, table_name, column_name
),

final as (
    select
        sent.supplier,
        loaded.load_id,
        coalesce(aside.source_id, (select min(first.source_id) from sources as first where first.load_id = loaded.load_id))
            as source_id,
        null::bigint as source_row,
        sent.table_name,
        sent.column_name,
        coalesce(aside.put_aside, 0) as put_aside,
        coalesce(counted.kept, 0) + coalesce(aside.put_aside, 0) as cells,
        round(
            100 * coalesce(aside.put_aside, 0) / nullif(coalesce(counted.kept, 0) + coalesce(aside.put_aside, 0), 0), 2
        ) as put_aside_pct
    from delivered_columns as sent
    join known_loads as loaded using (supplier)
    left join counted using (load_id, table_name, column_name)
    left join aside using (load_id, table_name, column_name)
    where sent.table_name != 'regions' and sent.column_name not in ('name', 'name_en', 'name_nl', 'title', 'story')
)

select * from final

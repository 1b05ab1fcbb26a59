-- one row a partnership and full calendar quarter, from that of its first issue to the load's day or the partnership's
-- end; quarters_before counts the quarters before it, and is null once one of them had no new issue; the source row is
-- the partnership's
with proposals as (
    select
        partnership.supplier,
        partnership.partnership_id,
        partnership.load_id,
        partnership.source_id,
        partnership.source_row,
        least(loaded.loaded_at::date, partnership.end_date) as last_day,
        date_trunc('quarter', issue.proposed_date)::date as quarter_start
    from issues as issue
    join partnerships as partnership
        on partnership.supplier = issue.supplier and partnership.partnership_id = issue.partnership_id
    join known_loads as loaded on loaded.load_id = partnership.load_id
),

spans as (
    select
        * exclude (quarter_start),
        min(quarter_start) as first_quarter_start
    from proposals
    group by all
),

active as (
    select
        * exclude (first_quarter_start),
        unnest(generate_series(first_quarter_start, last_day, interval 3 month))::date as quarter_start
    from spans
),

counted as (
    select
        active.*,
        count(proposals.quarter_start) as new_issues
    from active
    left join proposals using (supplier, partnership_id, quarter_start)
    where active.quarter_start + interval 3 month - interval 1 day <= active.last_day
    group by all
),

final as (
    select
        *,
        strftime(quarter_start, '%Y') || '-Q' || quarter(quarter_start) as quarter,
        case
            when coalesce(min(new_issues) over before, 1) > 0 then count(*) over before
        end as quarters_before
    from counted
    window before as (
        partition by supplier, partnership_id
        order by quarter_start rows between unbounded preceding and 1 preceding
    )
)

select * from final

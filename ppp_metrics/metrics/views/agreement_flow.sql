-- one row an agreement that commits to assignments in the window, and a part of the window (a quarter where `by_quarter`,
-- else all of it) in which it was in force or issues were proposed under it: the assignments for the days in force, and
-- these issues; `part_date` is the first day of the part
with first_days as (
    select unnest(range(date_trunc('quarter', getvariable('window_start')), getvariable('window_end') + 1, interval 3 month))
        ::date as first_day
),

parts as (
    select
        if(getvariable('by_quarter'), greatest(first_day, getvariable('window_start')), getvariable('window_start'))
            as part_date,
        least(max(last_day(first_day + interval 2 month)), getvariable('window_end')) as last_date
    from first_days
    group by all
),

committing as (
    select *
    from agreement_facts
    where assignments_per_year > 0
        and coalesce(end_date, getvariable('window_end')) >= getvariable('window_start')
        and signed_date <= getvariable('window_end')
        and coalesce(end_date, signed_date) >= signed_date
),

proposed as (
    select
        supplier,
        agreement_id,
        if(
            getvariable('by_quarter'),
            greatest(date_trunc('quarter', proposed_date)::date, getvariable('window_start')),
            getvariable('window_start')
        ) as part_date,
        count(*) as proposed_count
    from issues
    semi join committing using (supplier, agreement_id)
    where proposed_date between getvariable('window_start') and getvariable('window_end')
    group by all
),

committed as (
    select
        agreement.*,
        part.part_date,
        agreement.assignments_per_year * greatest(
            0,
            least(coalesce(agreement.end_date, part.last_date), part.last_date)
            - greatest(agreement.signed_date, part.part_date) + 1
        ) / getvariable('window_days') as committed_assignments
    from committing as agreement
    cross join parts as part
),

final as (
    select
        coalesce(flow.proposed_count, 0) as proposed_issues,
        agreement.*
    from committed as agreement
    left join proposed as flow using (supplier, agreement_id, part_date)
    where agreement.committed_assignments > 0 or flow.proposed_count > 0
)

select * from final

-- one row an agreement that commits to assignments in the window, and a quarter of that in which it was in force or issues
-- were proposed under it: the assignments for the days in force, and these issues; `quarter_date` is the first of the days
with first_days as (
    select unnest(range(date_trunc('quarter', getvariable('window_start')), getvariable('window_end') + 1, interval 3 month))
        ::date as first_day
),

quarters as (
    select
        first_day,
        greatest(first_day, getvariable('window_start')) as quarter_date,
        least(last_day(first_day + interval 2 month), getvariable('window_end')) as last_date
    from first_days
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
    select supplier, agreement_id, date_trunc('quarter', proposed_date)::date as first_day, count(*) as proposed_count
    from issues
    semi join committing using (supplier, agreement_id)
    where proposed_date between getvariable('window_start') and getvariable('window_end')
    group by all
),

committed as (
    select
        agreement.*,
        quarter.first_day,
        quarter.quarter_date,
        agreement.assignments_per_year * greatest(
            0,
            least(coalesce(agreement.end_date, quarter.last_date), quarter.last_date)
            - greatest(agreement.signed_date, quarter.quarter_date) + 1
        ) / getvariable('window_days') as committed_assignments
    from committing as agreement
    cross join quarters as quarter
),

final as (
    select
        coalesce(flow.proposed_count, 0) as proposed_issues,
        agreement.*
    from committed as agreement
    left join proposed as flow using (supplier, agreement_id, first_day)
    where agreement.committed_assignments > 0 or flow.proposed_count > 0
)

select * from final

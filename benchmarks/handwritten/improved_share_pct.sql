with scored as (
    select *, 100 * (score - scale_min) / (scale_max - scale_min) as points
    from assessments
    where
        assessed_date <= date '2026-09-30'
        and design = 'pre_post'
        and moment in ('pre', 'post')
        and score is not null
        and scale_max > scale_min
),

rounds as (
    select
        *,
        lag(moment) over round as moment_before,
        lag(points) over round as points_before
    from scored
    window round as (
        partition by supplier, participant_id, competence_code, issue_id
        order by assessed_date, moment = 'post'
    )
)

select
    {by}
    count(*) filter (points - points_before >= 5) as numerator,
    count(*) as denominator,
    count(distinct (supplier, participant_id)) as n
from rounds as assessment
join participants as person using (supplier, participant_id) {joins}
where moment = 'post' and moment_before = 'pre' and assessed_date >= date '2025-10-01'
group by all

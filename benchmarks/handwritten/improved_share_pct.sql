with scored as (
    select *, 100 * (score - scale_min) / (scale_max - scale_min) as points
    from assessments
    where assessed_date <= date '2026-09-30' and design = 'pre_post'
),

posts as (
    select
        supplier,
        participant_id,
        competence_code,
        min(assessed_date) as assessed_date,
        arg_min(points, assessed_date) as points
    from scored
    where moment = 'post'
    group by supplier, participant_id, competence_code
    having min(assessed_date) >= date '2025-10-01'
),

pairs as (
    select
        post.supplier,
        post.participant_id,
        post.competence_code,
        any_value(post.points) - arg_max(pre.points, pre.assessed_date) as gain
    from posts as post
    join scored as pre using (supplier, participant_id, competence_code)
    where pre.moment = 'pre' and pre.assessed_date <= post.assessed_date
    group by post.supplier, post.participant_id, post.competence_code
)

select {by} count(*) filter (gain >= 5) as numerator, count(*) as denominator
from pairs as assessment
join participants as person using (supplier, participant_id) {joins}
group by all

with posts as (
    select supplier, participant_id, competence_code, design, min(assessed_date) as assessed_date
    from assessments
    where moment = 'post' and score is not null and scale_max > scale_min
    group by supplier, participant_id, competence_code, design
),

pairs as (
    select distinct post.*
    from posts as post
    join assessments as pre using (supplier, participant_id, competence_code, design)
    where
        pre.moment = 'pre'
        and pre.assessed_date <= post.assessed_date
        and pre.score is not null
        and pre.scale_max > pre.scale_min
)

select
    {by}
    count(distinct participant_id) filter (assessment.moment = 'post' and pairs.design is not null) as numerator,
    count(distinct participant_id) as denominator
from assessments as assessment
join participants as person using (supplier, participant_id)
left join pairs using (supplier, participant_id, competence_code, design, assessed_date) {joins}
where assessment.assessed_date between date '2025-10-01' and date '2026-09-30'
group by all

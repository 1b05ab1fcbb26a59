with rounds as (
    select
        *,
        lag(moment) over (
            partition by supplier, participant_id, competence_code, design, issue_id
            order by assessed_date, moment = 'post'
        ) as moment_before
    from assessments
    where moment in ('pre', 'post') and score is not null and scale_max > scale_min
),

pairs as (
    select supplier, participant_id, competence_code, design, issue_id, assessed_date
    from rounds
    where moment = 'post' and moment_before = 'pre'
)

select
    {by}
    count(distinct participant_id) filter (assessment.moment = 'post' and pairs.design is not null) as numerator,
    count(distinct participant_id) as denominator
from assessments as assessment
join participants as person using (supplier, participant_id)
left join pairs
    on
        pairs.supplier = assessment.supplier
        and pairs.participant_id = assessment.participant_id
        and pairs.competence_code = assessment.competence_code
        and pairs.design = assessment.design
        and pairs.issue_id is not distinct from assessment.issue_id
        and pairs.assessed_date = assessment.assessed_date
{joins}
where assessment.assessed_date between date '2025-10-01' and date '2026-09-30'
group by all

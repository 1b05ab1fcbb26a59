with posts as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        min(assessed_date) as assessed_date,
        arg_min(issue_id, assessed_date) as issue_id
    from assessments
    where
        moment = 'post'
        and assessed_date <= date '2026-09-30'
        and score is not null
        and scale_max > scale_min
    group by supplier, participant_id, competence_code, design
),

pairs as (
    select
        post.supplier,
        post.participant_id,
        coalesce(any_value(post.issue_id), arg_max(pre.issue_id, pre.assessed_date)) as issue_id
    from posts as post
    join assessments as pre using (supplier, participant_id, competence_code, design)
    where
        pre.moment = 'pre'
        and pre.assessed_date <= post.assessed_date
        and pre.score is not null
        and pre.scale_max > pre.scale_min
    group by post.supplier, post.participant_id, post.competence_code, post.design
),

measured as (
    select supplier, issue_id
    from pairs
    where issue_id is not null
    union
    select supplier, participation.issue_id
    from pairs
    join participations as participation using (supplier, participant_id)
    where pairs.issue_id is null and participation.start_date <= date '2026-09-30'
)

select {by} count(measured.issue_id) as numerator, count(*) as denominator
from issues as issue
left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id)
left join measured using (supplier, issue_id) {joins}
where
    issue.accepted_date between date '2024-10-01' and date '2025-09-30'
    and coalesce(issue.obligation, agreement.obligation) = 'effort'
group by all

with rounds as (
    select
        *,
        lag(moment) over (
            partition by supplier, participant_id, competence_code, design, issue_id
            order by assessed_date, moment = 'post'
        ) as moment_before
    from assessments
    where
        assessed_date <= date '2026-09-30'
        and moment in ('pre', 'post')
        and score is not null
        and scale_max > scale_min
),

measured as (
    select supplier, issue_id
    from rounds
    where moment = 'post' and moment_before = 'pre' and issue_id is not null
    union
    select supplier, participation.issue_id
    from rounds
    join participations as participation using (supplier, participant_id)
    where
        rounds.moment = 'post'
        and rounds.moment_before = 'pre'
        and rounds.issue_id is null
        and participation.start_date <= date '2026-09-30'
)

select {by} count(measured.issue_id) as numerator, count(*) as denominator
from issues as issue
left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id)
left join measured using (supplier, issue_id) {joins}
where
    issue.accepted_date between date '2024-10-01' and date '2025-09-30'
    and coalesce(issue.obligation, agreement.obligation) = 'effort'
group by all

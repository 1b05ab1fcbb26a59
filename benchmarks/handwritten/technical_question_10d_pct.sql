-- ten working days are two weeks; what comes in on a Friday or Saturday has until the Sunday after
with firsts as (
    select supplier, issue_id, min(delivered_date) as delivered_date
    from outcomes
    group by supplier, issue_id
)

select
    {by}
    count(*) filter (
        first.delivered_date <= issue.proposed_date + [14, 14, 14, 14, 16, 15, 14][isodow(issue.proposed_date)]
    ) as numerator,
    count(*) as denominator,
    count(*) filter (coalesce(issue.obligation, agreement.obligation) = 'result') as result,
    count(*) filter (coalesce(issue.obligation, agreement.obligation) = 'effort') as effort
from issues as issue
left join firsts as first using (supplier, issue_id)
left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id) {joins}
where
    issue.issue_type = 'technical_question'
    and issue.proposed_date between date '2025-07-01' and date '2026-06-30'
group by all

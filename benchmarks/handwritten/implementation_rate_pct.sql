with firsts as (
    select supplier, issue_id, min(implemented_date) as implemented_date
    from outcomes
    group by supplier, issue_id
)

select
    {by}
    count(*) filter (first.implemented_date - issue.accepted_date <= 365) as numerator,
    count(*) as denominator,
    count(*) filter (coalesce(issue.obligation, agreement.obligation) = 'result') as result,
    count(*) filter (coalesce(issue.obligation, agreement.obligation) = 'effort') as effort
from issues as issue
left join firsts as first using (supplier, issue_id)
left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id) {joins}
where issue.accepted_date between date '2024-10-01' and date '2025-09-30'
group by all

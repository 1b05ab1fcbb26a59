with judged as (
    select supplier, issue_id, bool_or(accepted_by_company) as is_accepted
    from outcomes
    where delivered_date <= date '2026-09-30'
    group by supplier, issue_id
)

select {by} count(*) filter (judged.is_accepted) as numerator, count(*) as denominator
from issues as issue
left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id)
left join judged using (supplier, issue_id) {joins}
where
    issue.accepted_date between date '2024-10-01' and date '2025-09-30'
    and coalesce(issue.obligation, agreement.obligation) = 'result'
    and supplier in ('a', 'b')
group by all

select
    {by}
    count(*) filter (issue.accepted_date - issue.proposed_date <= 90) as numerator,
    count(*) as denominator,
    count(*) filter (coalesce(issue.obligation, agreement.obligation) = 'result') as result,
    count(*) filter (coalesce(issue.obligation, agreement.obligation) = 'effort') as effort
from issues as issue
left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id) {joins}
where issue.proposed_date between date '2025-07-01' and date '2026-06-30'
group by all

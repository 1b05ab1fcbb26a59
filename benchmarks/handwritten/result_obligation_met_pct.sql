with judged as (
    select supplier, issue_id, bool_or(accepted_by_company) as is_accepted
    from outcomes
    where delivered_date <= date '2026-09-30'
    group by supplier, issue_id
),

owed as (
    select issue.*
    from issues as issue
    left join (select supplier, agreement_id, obligation from agreements) as agreement using (supplier, agreement_id)
    where issue.accepted_date between date '2024-10-01' and date '2025-09-30'
        and coalesce(issue.obligation, agreement.obligation) = 'result'
),

suppliers as (select distinct supplier from owed)

select
    {by}
    count(*) filter (judged.is_accepted) as numerator,
    count(*) as denominator,
    (select count(*) from suppliers where supplier not in ('a', 'b')) as without,
    (select count(*) from suppliers) as "of"
from owed as issue
left join judged using (supplier, issue_id) {joins}
where supplier in ('a', 'b')
group by all

with delivered as (
    select distinct supplier, issue_id
    from outcomes
    where least(delivered_date, implemented_date) <= date '2026-09-30'
)

select {by} count(*) as value
from issues as issue
left join delivered using (supplier, issue_id) {joins}
where
    issue.proposed_date between date '2024-10-01' and date '2025-09-30'
    and (issue.accepted_date <= date '2026-09-30' or delivered.issue_id is not null)
group by all

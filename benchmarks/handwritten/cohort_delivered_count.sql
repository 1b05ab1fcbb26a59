select {by} count(*) as value
from issues as issue {joins}
where
    issue.proposed_date between date '2024-10-01' and date '2025-09-30'
    and (issue.supplier, issue.issue_id) in (
        select (supplier, issue_id) from outcomes where least(delivered_date, implemented_date) <= date '2026-09-30'
    )
group by all

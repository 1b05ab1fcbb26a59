select {by} count(*) as value
from issues as issue {joins}
where
    issue.accepted_date <= date '2026-09-30'
    and (issue.closed_date is null or issue.closed_date > date '2026-09-30')
    and not exists (
        from outcomes as outcome
        where
            outcome.supplier = issue.supplier
            and outcome.issue_id = issue.issue_id
            and outcome.delivered_date <= date '2026-09-30'
    )
group by all

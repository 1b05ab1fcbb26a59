select
    {by}
    sum(outcome.value_eur) as value,
    count(*) filter (outcome.value_evidence = 'verified') as verified,
    count(*) filter (outcome.value_evidence = 'self_reported') as self_reported
from outcomes as outcome
join issues as issue using (supplier, issue_id) {joins}
where
    outcome.implemented_date between date '2025-10-01' and date '2026-09-30'
    and outcome.value_eur is not null
group by all

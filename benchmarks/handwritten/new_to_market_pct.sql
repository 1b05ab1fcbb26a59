select
    {by}
    count(*) filter (outcome.novelty = 'new_to_market') as numerator,
    count(*) as denominator
from outcomes as outcome
join issues as issue using (supplier, issue_id) {joins}
where
    outcome.implemented_date between date '2025-10-01' and date '2026-09-30'
    and outcome.novelty is not null
    and supplier in ('a', 'b')
group by all

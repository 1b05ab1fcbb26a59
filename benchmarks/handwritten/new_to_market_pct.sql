select
    {by}
    count(*) filter (outcome.novelty = 'new_to_market' and supplier in ('a', 'b')) as numerator,
    count(*) filter (outcome.novelty is not null and supplier in ('a', 'b')) as denominator,
    count(distinct supplier) filter (supplier not in ('a', 'b')) as without,
    count(distinct supplier) as "of"
from outcomes as outcome
join issues as issue using (supplier, issue_id) {joins}
where implemented_date between date '2025-10-01' and date '2026-09-30'
group by all
having denominator > 0

with implemented as (
    select *
    from outcomes
    where implemented_date between date '2025-10-01' and date '2026-09-30'
        and novelty is not null
),

suppliers as (select distinct supplier from implemented)

select
    {by}
    count(*) filter (outcome.novelty = 'new_to_market') as numerator,
    count(*) as denominator,
    (select count(*) from suppliers where supplier not in ('a', 'b')) as without,
    (select count(*) from suppliers) as "of"
from implemented as outcome
join issues as issue using (supplier, issue_id) {joins}
where supplier in ('a', 'b')
group by all

with dated as (
    select *, coalesce(end_date, date '2026-09-30') as last_date
    from participations
    where start_date <= date '2026-09-30' and hours is not null
)

select
    {by}
    sum(
        hours * (least(last_date, date '2026-09-30') - greatest(start_date, date '2025-10-01') + 1)
        / (last_date - start_date + 1)
    ) as value,
    count(distinct (supplier, participant_id)) as n
from dated
join participants as person using (supplier, participant_id) {joins}
where last_date >= date '2025-10-01'
group by all

with in_force as (
    select *
    from agreements
    where obligation = 'result'
        and signed_date <= date '2026-09-30'
        and coalesce(end_date, date '2026-09-30') >= date '2026-09-30'
),

suppliers as (select distinct supplier from in_force)

select
    {by}
    count(*) filter (agreement.quality_guarantee) as numerator,
    count(*) as denominator,
    (select count(*) from suppliers where supplier not in ('a', 'b')) as without,
    (select count(*) from suppliers) as "of"
from in_force as agreement {joins}
where supplier in ('a', 'b')
group by all

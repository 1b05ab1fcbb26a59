select
    {by}
    count(*) filter (agreement.quality_guarantee and supplier in ('a', 'b')) as numerator,
    count(*) filter (supplier in ('a', 'b')) as denominator,
    count(distinct supplier) filter (supplier not in ('a', 'b')) as without,
    count(distinct supplier) as "of"
from agreements as agreement {joins}
where obligation = 'result'
    and signed_date <= date '2026-09-30'
    and coalesce(end_date, date '2026-09-30') >= date '2026-09-30'
group by all
having denominator > 0

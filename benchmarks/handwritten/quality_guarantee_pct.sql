select {by} count(*) filter (agreement.quality_guarantee) as numerator, count(*) as denominator
from agreements as agreement {joins}
where
    agreement.obligation = 'result'
    and agreement.signed_date <= date '2026-09-30'
    and coalesce(agreement.end_date, date '2026-09-30') >= date '2026-09-30'
    and supplier in ('a', 'b')
group by all

with proposed as (
    select supplier, agreement_id, count(*) as issues
    from issues
    where proposed_date between date '2025-10-01' and date '2026-09-30'
    group by supplier, agreement_id
),

committed as (
    select
        *,
        assignments_per_year
        * (least(coalesce(end_date, '2026-09-30'), '2026-09-30') - greatest(signed_date, '2025-10-01') + 1) / 365
            as assignments
    from agreements
)

select {by} sum(coalesce(proposed.issues, 0)) as numerator, sum(agreement.assignments) as denominator
from committed as agreement
left join proposed using (supplier, agreement_id) {joins}
where agreement.assignments > 0 and agreement.signed_date <= date '2026-09-30'
group by all

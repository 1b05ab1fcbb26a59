with proposals as (
    select
        issue.*,
        company.size_class,
        company.region_code,
        coalesce(company.registration_number, issue.supplier || ':' || issue.partner_id) as company_key
    from issues as issue
    join partners as company using (supplier, partner_id)
    where company.partner_type = 'company'
),

firsts as (
    select company_key, min(proposed_date) as first_date
    from proposals
    where proposed_date <= date '2026-09-30'
    group by company_key
)

select
    {by}
    count(distinct company_key) filter (first_date < date '2025-10-01') as numerator,
    count(distinct company_key) as denominator
from proposals as issue
join firsts using (company_key) {joins}
where proposed_date between date '2025-10-01' and date '2026-09-30'
group by all

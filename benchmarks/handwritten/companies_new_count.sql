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
    select company_key, min(proposed_date) as proposed_date
    from proposals
    group by company_key
    having min(proposed_date) between date '2026-07-01' and date '2026-09-30'
)

select {by} count(distinct issue.company_key) as value
from proposals as issue
join firsts using (company_key, proposed_date) {joins}
group by all

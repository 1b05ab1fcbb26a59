with proposers as (
    select distinct
        {by}
        coalesce(company.registration_number, issue.supplier || ':' || issue.partner_id) as company_key,
        company.size_class <> 'large' as is_sme
    from issues as issue
    join partners as company using (supplier, partner_id) {joins}
    where
        company.partner_type = 'company'
        and company.size_class is not null
        and issue.proposed_date between date '2025-10-01' and date '2026-09-30'
)

select {group} count(*) filter (is_sme) as numerator, count(*) as denominator
from proposers
group by all

with companies as (
    select
        {by}
        coalesce(company.registration_number, issue.supplier || ':' || issue.partner_id) as company_key,
        sum(outcome.value_eur) as value_eur,
        count(*) as outcomes,
        count(*) filter (outcome.value_evidence = 'verified') as verified,
        count(*) filter (outcome.value_evidence = 'self_reported') as self_reported
    from outcomes as outcome
    join issues as issue using (supplier, issue_id)
    join partners as company using (supplier, partner_id) {joins}
    where
        outcome.implemented_date between date '2025-10-01' and date '2026-09-30'
        and outcome.value_eur is not null
    group by all
)

select
    {group}
    -- not what one or two companies make up: fewer than three of them, NK (2, 90), p % (10)
    case
        when count(*) >= 3
            and list_sum(max(value_eur, 2)) <= 0.9 * sum(value_eur)
            and sum(value_eur) - list_sum(max(value_eur, 2)) >= 0.1 * max(value_eur)
        then sum(value_eur)
    end as value,
    sum(outcomes) as n,
    sum(verified)::bigint as verified,
    sum(self_reported)::bigint as self_reported
from companies
group by all

with firsts as (
    select supplier, issue_id, min(delivered_date) as delivered_date
    from outcomes
    where delivered_date <= date '2026-09-30'
    group by supplier, issue_id
)

select {by} count(distinct coalesce(company.registration_number, issue.supplier || ':' || issue.partner_id)) as value
from issues as issue
join partners as company using (supplier, partner_id)
left join firsts as first using (supplier, issue_id) {joins}
where
    company.partner_type = 'company'
    and issue.accepted_date <= date '2026-09-30'
    and (
        issue.accepted_date >= date '2025-10-01'
        or (
            coalesce(first.delivered_date, date '2026-09-30') >= date '2025-10-01'
            and (
                first.delivered_date is not null
                or coalesce(issue.closed_date, date '2026-09-30') >= date '2025-10-01'
            )
        )
    )
group by all

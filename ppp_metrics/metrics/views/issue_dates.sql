-- one row an issue: its dates, and the first of those of its outcomes, as they stood at the end of `as_of`
with delivered as (
    select row(supplier, issue_id)
    from outcomes
    where delivered_date <= getvariable('as_of')
),

implemented as (
    select row(supplier, issue_id)
    from outcomes
    where implemented_date <= getvariable('as_of')
),

-- some solutions are in use before they are delivered
solved as (
    select row(supplier, issue_id)
    from outcomes
    where least(delivered_date, implemented_date) <= getvariable('as_of')
),

first_deliveries as (
    select supplier, issue_id, min(delivered_date) as delivered_date
    from outcomes
    where delivered_date <= getvariable('as_of')
    group by supplier, issue_id
),

first_implementations as (
    select supplier, issue_id, min(implemented_date) as implemented_date
    from outcomes
    where implemented_date <= getvariable('as_of')
    group by supplier, issue_id
),

acceptances as (
    select supplier, issue_id, bool_or(accepted_by_company) as is_accepted_by_company
    from outcomes
    where delivered_date <= getvariable('as_of')
    group by supplier, issue_id
),

final as (
    select
        row(issue.supplier, issue.issue_id) in (from delivered) as is_delivered,
        row(issue.supplier, issue.issue_id) in (from implemented) as is_implemented,
        row(issue.supplier, issue.issue_id) in (from solved) as has_solution,
        delivery.delivered_date,
        implementation.implemented_date,
        acceptance.is_accepted_by_company,
        issue.* exclude (accepted_date, closed_date),
        issue.accepted_date as accepted_on_file,
        if(issue.accepted_date <= getvariable('as_of'), issue.accepted_date, null) as accepted_date,
        if(issue.closed_date <= getvariable('as_of'), issue.closed_date, null) as closed_date
    from issues as issue
    left join first_deliveries as delivery using (supplier, issue_id)
    left join first_implementations as implementation using (supplier, issue_id)
    left join acceptances as acceptance using (supplier, issue_id)
)

select * from final

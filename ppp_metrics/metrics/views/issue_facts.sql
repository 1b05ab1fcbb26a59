-- one row an issue proposed by `as_of`: its dimensions and its dates as they stood at the end of that day
with first_outcomes as (
    select
        supplier,
        issue_id,
        min(delivered_date) filter (delivered_date <= getvariable('as_of')) as delivered_date,
        min(implemented_date) filter (implemented_date <= getvariable('as_of')) as implemented_date,
        bool_or(accepted_by_company) filter (delivered_date <= getvariable('as_of')) as is_accepted_by_company
    from outcomes
    group by supplier, issue_id
),

final as (
    select
        outcome.delivered_date,
        outcome.implemented_date,
        outcome.is_accepted_by_company,
        issue.* exclude (accepted_date, closed_date),
        if(issue.accepted_date <= getvariable('as_of'), issue.accepted_date, null) as accepted_date,
        if(issue.closed_date <= getvariable('as_of'), issue.closed_date, null) as closed_date
    from issue_settings as issue
    left join first_outcomes as outcome using (supplier, issue_id)
    where issue.proposed_date <= getvariable('as_of')
)

select * from final

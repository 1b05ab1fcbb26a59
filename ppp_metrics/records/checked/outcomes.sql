-- one row a solution: its dates and those of its issue; begun_date is the issue's start, else its acceptance
with final as (
    select
        outcome.*,
        issue.accepted_date,
        issue.started_date,
        coalesce(issue.started_date, issue.accepted_date) as begun_date,
        loaded.loaded_at::date as load_date
    from outcomes as outcome
    join known_loads as loaded using (load_id)
    left join issues as issue
        on issue.supplier = outcome.supplier and issue.issue_id = outcome.issue_id
)

select * from final

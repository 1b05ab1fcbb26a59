-- one row an issue: its dates, those of its first solution and first use, and what is known of it;
-- open_days counts from acceptance to the load's day, for what is neither delivered nor closed;
-- known_theme is null where suppliers sent themes and the issue's is not among them; known_obligation falls back on the agreement's
with first_outcomes as (
    select
        supplier,
        issue_id,
        min(delivered_date) as delivered_date,
        min(implemented_date) as implemented_date
    from outcomes
    group by supplier, issue_id
),

final as (
    select
        issue.*,
        outcome.delivered_date,
        outcome.implemented_date,
        loaded.loaded_at::date as load_date,
        case
            when issue.closed_date is null and outcome.delivered_date is null
                then date_diff('day', issue.accepted_date, loaded.loaded_at::date)
        end as open_days,
        case
            when not exists (from themes) or issue.theme_code in (select theme_code from themes) then issue.theme_code
        end as known_theme,
        coalesce(issue.obligation, agreement.obligation) as known_obligation
    from issues as issue
    join known_loads as loaded using (load_id)
    left join first_outcomes as outcome
        on outcome.supplier = issue.supplier and outcome.issue_id = issue.issue_id
    left join agreements as agreement
        on agreement.supplier = issue.supplier and agreement.agreement_id = issue.agreement_id
)

select * from final

-- one row an outcome delivered or implemented by `as_of`, with the dimensions of its issue; the kind of innovation is
-- the one realised, else the one intended
with final as (
    select
        outcome.supplier,
        outcome.outcome_id,
        outcome.issue_id,
        issue.organisation_id,
        issue.region_code,
        issue.partnership,
        issue.programme,
        issue.phase,
        issue.theme,
        issue.theme_parent,
        issue.partner,
        issue.size_class,
        issue.sme,
        issue.sector,
        issue.workplace_type,
        issue.workplace,
        issue.issue_type,
        issue.obligation,
        coalesce(outcome.innovation_type, issue.innovation_type) as innovation_type,
        outcome.trl_end - issue.trl_start as trl_gain,
        outcome.novelty,
        outcome.value_eur,
        outcome.value_evidence,
        outcome.delivered_date as delivered_on_file,
        outcome.implemented_date as implemented_on_file,
        if(outcome.delivered_date <= getvariable('as_of'), outcome.delivered_date, null) as delivered_date,
        if(outcome.implemented_date <= getvariable('as_of'), outcome.implemented_date, null) as implemented_date
    from outcomes as outcome
    join issue_settings as issue using (supplier, issue_id)
    where least(outcome.delivered_date, outcome.implemented_date) <= getvariable('as_of')
)

select * from final

-- one row an outcome delivered or implemented by `as_of`, with the dimensions of its issue; the kind of innovation is
-- the one realised, else the one intended
with final as (
    select
        outcome.supplier,
        outcome.outcome_id,
        issue.* exclude (
            supplier, issue_id, innovation_type, agreement_id, proposed_date, accepted_date, closed_date, trl_start
        ),
        coalesce(outcome.innovation_type, issue.innovation_type) as innovation_type,
        outcome.novelty,
        outcome.value_eur,
        outcome.value_evidence,
        outcome.trl_end - issue.trl_start as trl_gain,
        if(outcome.delivered_date <= getvariable('as_of'), outcome.delivered_date, null) as delivered_date,
        if(outcome.implemented_date <= getvariable('as_of'), outcome.implemented_date, null) as implemented_date
    from outcomes as outcome
    join issue_settings as issue using (supplier, issue_id)
    where least(outcome.delivered_date, outcome.implemented_date) <= getvariable('as_of')
)

select * from final

-- one row an interaction by `as_of`: the giver, the pair of people in one order whoever gave, whether both sides are
-- known and differ, and the dimensions of the issue
with final as (
    select
        interaction.supplier,
        giver.person_id as giver_id,
        receiver.person_id as receiver_id,
        giver.role as giver_role,
        receiver.role as receiver_role,
        least(giver.person_id, receiver.person_id) as person_a_id,
        greatest(giver.person_id, receiver.person_id) as person_b_id,
        giver.side <> receiver.side as is_across,
        interaction.interaction_date,
        coalesce(issue.region_code, giver.region_code) as region_code,
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
        issue.innovation_type,
        issue.obligation
    from interactions as interaction
    left join issue_settings as issue using (supplier, issue_id)
    join person_settings as giver
        on giver.supplier = interaction.supplier and giver.participant_id = interaction.giver_id
    join person_settings as receiver
        on receiver.supplier = interaction.supplier and receiver.participant_id = interaction.receiver_id
    where
        interaction.interaction_date <= getvariable('as_of')
        and interaction.giver_id <> interaction.receiver_id
)

select * from final

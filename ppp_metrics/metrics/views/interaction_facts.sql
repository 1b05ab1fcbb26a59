-- one row an interaction by `as_of`: the giver, the pair of people in one order whoever gave, whether both sides are
-- known and differ, and the dimensions of the issue
with helped as (
    select
        * exclude (giver_id, receiver_id),
        supplier || chr(31) || giver_id as giver_id,
        supplier || chr(31) || receiver_id as receiver_id
    from interactions
    where interaction_date <= getvariable('as_of') and giver_id <> receiver_id
),

givers as (
    select person_id as giver_id, role, side, region_code
    from person_settings
),

receivers as (
    select person_id as receiver_id, role, side
    from person_settings
),

final as (
    select
        interaction.supplier,
        interaction.giver_id,
        interaction.receiver_id,
        giver.role as giver_role,
        receiver.role as receiver_role,
        least(interaction.giver_id, interaction.receiver_id) as person_a_id,
        greatest(interaction.giver_id, interaction.receiver_id) as person_b_id,
        giver.side <> receiver.side as is_across,
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
        issue.obligation,
        interaction.interaction_date
    from helped as interaction
    left join issue_settings as issue using (supplier, issue_id)
    left join givers as giver using (giver_id)
    left join receivers as receiver using (receiver_id)
)

select * from final

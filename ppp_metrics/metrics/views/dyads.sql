-- one row an interaction by `as_of` and a person of its pair: the groups in which that pair of people stands. It stands
-- in the regions of both, that of the issue for somebody whose own is not known, and goes by their roles in one order
with helped as (
    select
        supplier,
        issue_id,
        interaction_date,
        supplier || chr(31) || giver_id as giver_id,
        supplier || chr(31) || receiver_id as receiver_id,
        unnest([supplier || chr(31) || giver_id, supplier || chr(31) || receiver_id]) as person_id
    from interactions
    where interaction_date <= getvariable('as_of') and giver_id <> receiver_id
),

people as (
    select person_id, region_code
    from person_settings
),

givers as (
    select person_id as giver_id, role
    from person_settings
),

receivers as (
    select person_id as receiver_id, role
    from person_settings
),

final as (
    select
        pair.supplier,
        least(pair.giver_id, pair.receiver_id) as person_a_id,
        greatest(pair.giver_id, pair.receiver_id) as person_b_id,
        least(giver.role || '/' || receiver.role, receiver.role || '/' || giver.role) as pair_roles,
        coalesce(person.region_code, issue.region_code) as region_code,
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
        pair.interaction_date
    from helped as pair
    left join people as person using (person_id)
    left join givers as giver using (giver_id)
    left join receivers as receiver using (receiver_id)
    left join issue_settings as issue using (supplier, issue_id)
)

select * from final

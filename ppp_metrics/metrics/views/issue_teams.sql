-- one row an issue on which people worked in the window: the number of their roles, and whether vocational and applied
-- education took part
with teams as (
    select
        count(distinct role) as role_count,
        coalesce(bool_or(partner_type = 'vocational_institution'), false) as has_vocational,
        coalesce(bool_or(partner_type = 'university_of_applied_sciences'), false) as has_applied,
        supplier,
        issue_id
    from participation_facts
    where start_date <= getvariable('window_end') and end_date >= getvariable('window_start')
    group by supplier, issue_id
),

final as (
    select team.* exclude (supplier, issue_id), issue.*
    from teams as team
    join issue_settings as issue using (supplier, issue_id)
)

select * from final

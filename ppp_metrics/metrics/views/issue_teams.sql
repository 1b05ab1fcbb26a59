-- one row an issue on which people worked in the window: the number of their roles, and whether vocational and applied
-- education took part
with teams as (
    select
        supplier,
        issue_id,
        count(distinct role) as role_count,
        coalesce(bool_or(partner_type = 'vocational_institution'), false) as has_vocational,
        coalesce(bool_or(partner_type = 'university_of_applied_sciences'), false) as has_applied
    from participation_facts
    where start_date <= getvariable('window_end') and end_date >= getvariable('window_start')
    group by supplier, issue_id
),

final as (
    select issue.*, team.role_count, team.has_vocational, team.has_applied
    from teams as team
    join issue_settings as issue using (supplier, issue_id)
)

select * from final

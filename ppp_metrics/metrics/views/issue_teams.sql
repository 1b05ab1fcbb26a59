-- one row an issue on which people worked in the window: the number of their roles, and whether vocational and applied
-- education took part
with at_work as (
    select *
    from participation_facts
    where start_date <= getvariable('window_end') and end_date >= getvariable('window_start')
),

teams as (
    select supplier, issue_id, count(distinct role) as role_count
    from at_work
    group by supplier, issue_id
),

educations as (
    select
        supplier,
        issue_id,
        coalesce(bool_or(partner_type = 'vocational_institution'), false) as has_vocational,
        coalesce(bool_or(partner_type = 'university_of_applied_sciences'), false) as has_applied
    from at_work
    group by supplier, issue_id
),

final as (
    select
        team.role_count,
        education.has_vocational,
        education.has_applied,
        issue.*
    from (select distinct supplier, issue_id from at_work)
    left join teams as team using (supplier, issue_id)
    left join educations as education using (supplier, issue_id)
    join issue_settings as issue using (supplier, issue_id)
)

select * from final

-- one row a participation begun by `as_of`: the person's role and side and the dimensions of the issue; without an end
-- date it still runs
with final as (
    select
        participation.supplier,
        participation.issue_id,
        person.person_id,
        person.role,
        person.side,
        person.partner_type,
        coalesce(issue.region_code, person.region_code) as region_code,
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
        participation.start_date,
        coalesce(participation.end_date, getvariable('as_of')) as end_date
    from participations as participation
    join person_settings as person using (supplier, participant_id)
    left join issue_settings as issue using (supplier, issue_id)
    where participation.start_date <= getvariable('as_of')
)

select * from final

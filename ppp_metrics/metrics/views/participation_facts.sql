-- one row a participation begun by `as_of`: the person's role and side, the dimensions of the issue, and of its hours,
-- spread evenly over its days, those in the window; without an end date it still runs
with dated as (
    select
        * exclude (end_date),
        coalesce(end_date, getvariable('as_of')) as end_date
    from participations
    where start_date <= getvariable('as_of')
),

final as (
    select
        participation.supplier,
        participation.issue_id,
        participation.participant_id,
        participation.supplier || chr(31) || participation.participant_id as person_id,
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
        participation.end_date,
        participation.hours,
        participation.hours * greatest(
            0,
            least(participation.end_date, getvariable('window_end'))
            - greatest(participation.start_date, getvariable('window_start')) + 1
        ) / greatest(1, participation.end_date - participation.start_date + 1) as hours_in_window
    from dated as participation
    left join person_settings as person using (supplier, participant_id)
    left join issue_settings as issue using (supplier, issue_id)
)

select * from final

-- one row an assessment by `as_of`; is_matched marks the post of a learning pair
with final as (
    select
        assessment.supplier,
        assessment.supplier || chr(31) || assessment.participant_id as person_id,
        person.role,
        person.side,
        assessment.competence_code as competence,
        assessment.design,
        assessment.moment = 'post' and pair.measured_date is not null as is_matched,
        coalesce(issue.region_code, partnership.region_code, person.region_code) as region_code,
        coalesce(issue.partnership, partnership.partnership) as partnership,
        if(issue.partnership is not null, issue.programme, partnership.programme) as programme,
        if(issue.partnership is not null, issue.phase, partnership.phase) as phase,
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
        assessment.assessed_date
    from assessments as assessment
    left join person_settings as person using (supplier, participant_id)
    left join issue_settings as issue using (supplier, issue_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
    left join learning_pairs as pair
        on
            pair.supplier = assessment.supplier
            and pair.participant_id = assessment.participant_id
            and pair.competence = assessment.competence_code
            and pair.design = assessment.design
            and pair.issue_id is not distinct from assessment.issue_id
            and pair.measured_date = assessment.assessed_date
    where assessment.assessed_date <= getvariable('as_of')
)

select * from final

-- one row a person of one supplier: role, side (education, company or neither) and the kind and region of the employer
with final as (
    select
        person.supplier,
        person.participant_id,
        person.supplier || chr(31) || person.participant_id as person_id,
        person.role,
        case
            when list_contains(getvariable('education_roles'), person.role) then 'education'
            when person.role = 'company_employee' then 'company'
            when person.role = 'business_developer' and employer.is_company then 'company'
        end as side,
        employer.partner_type,
        employer.region_code
    from participants as person
    left join organisations as employer using (supplier, partner_id)
)

select * from final

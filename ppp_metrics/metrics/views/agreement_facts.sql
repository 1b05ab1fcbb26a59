-- one row an agreement signed by `as_of`: whether it is in force on that day
with final as (
    select
        agreement.supplier,
        agreement.agreement_id,
        company.organisation_id,
        coalesce(company.region_code, partnership.region_code) as region_code,
        coalesce(shared.partnership, agreement.partnership_id) as partnership,
        partnership.programme,
        partnership.phase,
        company.partner,
        company.size_class,
        company.sme,
        company.sector,
        agreement.obligation,
        agreement.signed_date,
        agreement.end_date,
        agreement.assignments_per_year,
        coalesce(agreement.quality_guarantee, false) as has_quality_guarantee,
        coalesce(agreement.end_date, getvariable('as_of')) >= getvariable('as_of') as is_in_force
    from agreements as agreement
    left join organisations as company using (supplier, partner_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
    left join shared_partnerships as shared using (supplier, partnership_id)
    where agreement.signed_date <= getvariable('as_of')
)

select * from final

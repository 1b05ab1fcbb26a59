-- one row an agreement signed by `as_of`: whether it is in force on that day, and for the days of the window that it was
-- in force the assignments it commits to, beside the issues proposed under it in the window
with proposed as (
    select supplier, agreement_id, count(*) as proposed_count
    from issues
    where proposed_date between getvariable('window_start') and getvariable('window_end')
    group by supplier, agreement_id
),

final as (
    select
        coalesce(flow.proposed_count, 0) as proposed_issues,
        agreement.supplier,
        agreement.agreement_id,
        company.organisation_id,
        coalesce(company.region_code, partnership.region_code) as region_code,
        partnership.partnership,
        partnership.programme,
        partnership.phase,
        company.partner,
        company.size_class,
        company.sme,
        company.sector,
        agreement.obligation,
        agreement.signed_date,
        coalesce(agreement.quality_guarantee, false) as has_quality_guarantee,
        coalesce(agreement.end_date, getvariable('as_of')) >= getvariable('as_of') as is_in_force,
        agreement.assignments_per_year * greatest(
            0,
            least(coalesce(agreement.end_date, getvariable('window_end')), getvariable('window_end'))
            - greatest(agreement.signed_date, getvariable('window_start')) + 1
        ) / getvariable('window_days') as committed_assignments
    from agreements as agreement
    left join proposed as flow using (supplier, agreement_id)
    left join organisations as company using (supplier, partner_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
    where agreement.signed_date <= getvariable('as_of')
)

select * from final

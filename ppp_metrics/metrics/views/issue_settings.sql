-- one row an issue: its dates as of `as_of`, who proposed it, where and about what; its region is the company's, else its
-- partnership's
with final as (
    select
        issue.supplier,
        issue.issue_id,
        issue.partner_id,
        company.organisation_id,
        company.is_company,
        coalesce(company.region_code, partnership.region_code) as region_code,
        coalesce(shared.partnership, issue.partnership_id) as partnership,
        partnership.programme,
        partnership.phase,
        issue.theme_code as theme,
        coalesce(theme.theme_parent, issue.theme_code) as theme_parent,
        company.partner,
        company.size_class,
        company.sme,
        company.sector,
        workplace.workplace_type,
        workplace.workplace,
        coalesce(issue.issue_type, 'assignment') as issue_type,
        issue.innovation_type,
        coalesce(issue.obligation, agreement.obligation) as obligation,
        issue.agreement_id,
        issue.status,
        issue.proposed_date,
        issue.accepted_date,
        issue.accepted_on_file,
        issue.closed_date,
        issue.is_delivered,
        issue.is_implemented,
        issue.has_solution,
        issue.delivered_date,
        issue.implemented_date,
        issue.is_accepted_by_company,
        issue.trl_start
    from issue_dates as issue
    left join organisations as company using (supplier, partner_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
    left join shared_partnerships as shared using (supplier, partnership_id)
    left join theme_settings as theme using (theme_code)
    left join workplace_settings as workplace using (supplier, workplace_id)
    left join agreements as agreement using (supplier, agreement_id)
)

select * from final

-- one row an issue that a company proposed by `as_of`, with the day of that company's first issue anywhere
with first_proposals as (
    select organisation_id, min(proposed_date) as first_proposed_date
    from issue_settings
    where is_company
    group by organisation_id
),

final as (
    select
        first_proposal.first_proposed_date,
        issue.*
    from issue_facts as issue
    left join first_proposals as first_proposal using (organisation_id)
    where issue.is_company
)

select * from final

-- one row an issue that a company proposed by `as_of`, with the day of that company's first issue anywhere
with final as (
    select
        *,
        min(proposed_date) over (partition by organisation_id) as first_proposed_date
    from issue_facts
    where is_company
)

select * from final

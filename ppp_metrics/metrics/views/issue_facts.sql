-- one row an issue proposed by `as_of`: its dimensions and its dates as they stood at the end of that day
with final as (
    select *
    from issue_settings
    where proposed_date <= getvariable('as_of')
)

select * from final

-- one row a technical question proposed by `as_of`, with the days and the working days (Monday-Friday) from
-- proposal to first answer
with counted as (
    select
        *,
        -- 0001-01-01 was a Monday; both days are counted from the day after, so the day of proposal is day 0
        proposed_date + 1 - date '0001-01-01' as proposed_day,
        delivered_date + 1 - date '0001-01-01' as answered_day
    from issue_facts
    where issue_type = 'technical_question'
),

final as (
    select
        * exclude (proposed_day, answered_day),
        delivered_date - proposed_date as answer_days,
        5 * (answered_day // 7 - proposed_day // 7)
        + least(answered_day % 7, 5) - least(proposed_day % 7, 5) as working_days
    from counted
)

select * from final

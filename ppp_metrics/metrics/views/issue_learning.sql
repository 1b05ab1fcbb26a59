-- one row an issue proposed by `as_of`, with whether a participant has a matched learning measurement: one made on this
-- issue, or one made on no issue in particular by somebody who worked on it
with measured as (
    select supplier, issue_id
    from learning_pairs
    where issue_id is not null
    union
    select supplier, participation.issue_id
    from participations as participation
    join learning_pairs as pair using (supplier, participant_id)
    where pair.issue_id is null and participation.start_date <= getvariable('as_of')
),

final as (
    select issue.*, measured.issue_id is not null as has_learning_pair
    from issue_facts as issue
    left join measured using (supplier, issue_id)
)

select * from final

-- one row a person, competence and design measured before and after by `as_of`: the last pre on or before the day of the
-- first post, in points of 0-100; its date is the post's, its issue the post's, else the pre's; with the first follow-up
-- after the post, if there is one
with scored as not materialized (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        moment,
        assessed_date,
        100.0 * (score - scale_min) / (scale_max - scale_min) as points,
        {issue_id: issue_id, partnership_id: partnership_id, points: points} as result
    from assessments
    where assessed_date <= getvariable('as_of') and scale_max > scale_min and score is not null
),

-- of several results on one day the least, so that it does not depend on how they are stored
posts as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        min({day: assessed_date, result: result}) as first_post,
        min(assessed_date) as measured_date
    from scored
    where moment = 'post'
    group by supplier, participant_id, competence_code, design
),

-- the day of the post is a key of the groups: so a question about some days reads the pairs of those days only
pairs as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        post.first_post,
        min({days: post.measured_date - pre.assessed_date, result: pre.result}) as last_pre,
        post.measured_date
    from posts as post
    join scored as pre using (supplier, participant_id, competence_code, design)
    where pre.moment = 'pre' and pre.assessed_date <= post.measured_date
    group by all
),

follow_ups as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        min({day: follow_up.assessed_date, result: follow_up.result}) as first_follow_up
    from posts as post
    join scored as follow_up using (supplier, participant_id, competence_code, design)
    where follow_up.moment = 'follow_up' and follow_up.assessed_date >= post.measured_date
    group by supplier, participant_id, competence_code, design
),

measured as (
    select
        coalesce(pair.first_post.result.issue_id, pair.last_pre.result.issue_id) as issue_id,
        coalesce(pair.first_post.result.partnership_id, pair.last_pre.result.partnership_id) as partnership_id,
        pair.last_pre.result.points as pre,
        pair.first_post.result.points as post,
        pair.supplier,
        pair.participant_id,
        pair.competence_code,
        pair.design,
        pair.measured_date
    from pairs as pair
),

final as (
    select
        pair.supplier,
        pair.participant_id,
        pair.supplier || chr(31) || pair.participant_id as person_id,
        person.role,
        person.side,
        pair.competence_code as competence,
        pair.design,
        pair.pre,
        pair.post,
        -- 3 to 3.2 on a scale of 1-5 is 5 points, not 5.000000000000007
        round(pair.post - pair.pre, 9) as gain,
        follow_up.first_follow_up.day as followed_date,
        round(follow_up.first_follow_up.result.points - pair.pre, 9) as lasting_gain,
        coalesce(issue.region_code, partnership.region_code, person.region_code) as region_code,
        coalesce(issue.partnership, partnership.partnership) as partnership,
        coalesce(issue.programme, partnership.programme) as programme,
        coalesce(issue.phase, partnership.phase) as phase,
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
        pair.issue_id,
        pair.measured_date
    from measured as pair
    left join person_settings as person using (supplier, participant_id)
    left join follow_ups as follow_up using (supplier, participant_id, competence_code, design)
    left join issue_settings as issue using (supplier, issue_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
)

select * from final

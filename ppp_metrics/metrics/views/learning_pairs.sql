-- one row a round of measurements by `as_of`: a person, competence, design and issue (none in particular is one, too), a
-- post, and the last pre since the post before it, in points of 0-100; its date is the post's; with the first follow-up
-- after the post, if it came before the next round. On one day a follow-up comes first, then a pre, then a post
with scored as not materialized (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        coalesce(issue_id, '') as issue_key,
        moment,
        assessed_date,
        100.0 * (score - scale_min) / (scale_max - scale_min) as points,
        {partnership_id: partnership_id, points: points} as result
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
        issue_key,
        min(result) as result,
        assessed_date as measured_date
    from scored
    where moment = 'post'
    group by supplier, participant_id, competence_code, design, issue_key, assessed_date
),

-- the day of the post is a key of the groups: so a question about some days reads the pairs of those days only
pairs as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        issue_key,
        post.result as post_result,
        min({days: post.measured_date - past.assessed_date, result: past.result}) filter (past.moment = 'pre') as last_pre,
        post.measured_date
    from posts as post
    join scored as past using (supplier, participant_id, competence_code, design, issue_key)
    where
        past.moment in ('pre', 'post')
        and past.assessed_date <= post.measured_date - if(past.moment = 'post', 1, 0)
    group by all
    having
        max(past.assessed_date) filter (past.moment = 'pre')
        > coalesce(max(past.assessed_date) filter (past.moment = 'post'), date '0001-01-01')
),

follow_ups as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        issue_key,
        min({day: later.assessed_date, result: later.result}) filter (later.moment = 'follow_up') as first_follow_up,
        post.measured_date
    from posts as post
    join scored as later using (supplier, participant_id, competence_code, design, issue_key)
    where later.assessed_date > post.measured_date
    group by supplier, participant_id, competence_code, design, issue_key, post.measured_date
    having
        min(later.assessed_date) filter (later.moment = 'follow_up')
        <= coalesce(min(later.assessed_date) filter (later.moment <> 'follow_up'), date '9999-12-31')
),

measured as (
    select
        nullif(pair.issue_key, '') as issue_id,
        coalesce(pair.post_result.partnership_id, pair.last_pre.result.partnership_id) as partnership_id,
        pair.last_pre.result.points as pre,
        pair.post_result.points as post,
        pair.supplier,
        pair.participant_id,
        pair.competence_code,
        pair.design,
        pair.issue_key,
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
        if(issue.partnership is not null, issue.programme, partnership.programme) as programme,
        if(issue.partnership is not null, issue.phase, partnership.phase) as phase,
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
    left join follow_ups as follow_up using (supplier, participant_id, competence_code, design, issue_key, measured_date)
    left join issue_settings as issue using (supplier, issue_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
)

select * from final

-- one row a person, competence and design measured before and after by `as_of`: the last pre on or before the day of the
-- first post, in points of 0-100; its date is the post's, its issue the post's, else the pre's; with the first follow-up
-- after the post, if there is one
with scored as (
    select
        supplier,
        participant_id,
        competence_code,
        design,
        moment,
        assessed_date,
        issue_id,
        partnership_id,
        100.0 * (score - scale_min) / (scale_max - scale_min) as points
    from assessments
    where assessed_date <= getvariable('as_of') and scale_max > scale_min and score is not null
),

-- the day of the measurement is a key of every window: so a question about some days reads the pairs of those days only
first_posts as (
    select supplier, participant_id, competence_code, design, min(assessed_date) as measured_date
    from scored
    where moment = 'post'
    group by supplier, participant_id, competence_code, design
),

posts as (
    select post.*, first_post.measured_date
    from first_posts as first_post
    join scored as post using (supplier, participant_id, competence_code, design)
    where post.moment = 'post' and post.assessed_date = first_post.measured_date
    qualify row_number() over (
        partition by post.supplier, post.participant_id, post.competence_code, post.design, first_post.measured_date
        order by post.issue_id, post.partnership_id, post.points
    ) = 1
),

pairs as (
    select
        post.supplier,
        post.participant_id,
        post.competence_code,
        post.design,
        post.measured_date,
        coalesce(post.issue_id, pre.issue_id) as issue_id,
        coalesce(post.partnership_id, pre.partnership_id) as partnership_id,
        pre.points as pre,
        post.points as post
    from posts as post
    join scored as pre using (supplier, participant_id, competence_code, design)
    where pre.moment = 'pre' and pre.assessed_date <= post.measured_date
    qualify row_number() over (
        partition by post.supplier, post.participant_id, post.competence_code, post.design, post.measured_date
        order by pre.assessed_date desc, pre.issue_id, pre.partnership_id, pre.points
    ) = 1
),

follow_ups as (
    select
        follow_up.supplier,
        follow_up.participant_id,
        follow_up.competence_code,
        follow_up.design,
        follow_up.assessed_date,
        follow_up.points
    from first_posts as first_post
    join scored as follow_up using (supplier, participant_id, competence_code, design)
    where follow_up.moment = 'follow_up' and follow_up.assessed_date >= first_post.measured_date
    qualify row_number() over (
        partition by follow_up.supplier, follow_up.participant_id, follow_up.competence_code, follow_up.design
        order by follow_up.assessed_date, follow_up.issue_id, follow_up.partnership_id, follow_up.points
    ) = 1
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
        pair.measured_date,
        pair.pre,
        pair.post,
        -- 3 to 3.2 on a scale of 1-5 is 5 points, not 5.000000000000007
        round(pair.post - pair.pre, 9) as gain,
        follow_up.assessed_date as followed_date,
        round(follow_up.points - pair.pre, 9) as lasting_gain,
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
        pair.issue_id
    from pairs as pair
    left join person_settings as person using (supplier, participant_id)
    left join follow_ups as follow_up using (supplier, participant_id, competence_code, design)
    left join issue_settings as issue using (supplier, issue_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
)

select * from final

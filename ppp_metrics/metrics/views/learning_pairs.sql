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

posts as (
    select *
    from scored
    where moment = 'post'
    qualify row_number() over (
        partition by supplier, participant_id, competence_code, design
        order by assessed_date, issue_id, partnership_id, points
    ) = 1
),

pairs as (
    select
        post.supplier,
        post.participant_id,
        post.competence_code as competence,
        post.design,
        post.assessed_date as measured_date,
        coalesce(post.issue_id, pre.issue_id) as issue_id,
        coalesce(post.partnership_id, pre.partnership_id) as partnership_id,
        pre.points as pre,
        post.points as post,
        -- 3 to 3.2 on a scale of 1-5 is 5 points, not 5.000000000000007
        round(post.points - pre.points, 9) as gain
    from posts as post
    join scored as pre using (supplier, participant_id, competence_code, design)
    where pre.moment = 'pre' and pre.assessed_date <= post.assessed_date
    qualify row_number() over (
        partition by post.supplier, post.participant_id, post.competence_code, post.design
        order by pre.assessed_date desc, pre.issue_id, pre.partnership_id, pre.points
    ) = 1
),

followed as (
    select
        pair.*,
        follow_up.assessed_date as followed_date,
        round(follow_up.points - pair.pre, 9) as lasting_gain
    from pairs as pair
    left join scored as follow_up
        on
            follow_up.supplier = pair.supplier
            and follow_up.participant_id = pair.participant_id
            and follow_up.competence_code = pair.competence
            and follow_up.design = pair.design
            and follow_up.moment = 'follow_up'
            and follow_up.assessed_date >= pair.measured_date
    qualify row_number() over (
        partition by pair.supplier, pair.participant_id, pair.competence, pair.design
        order by follow_up.assessed_date, follow_up.issue_id, follow_up.partnership_id, follow_up.points
    ) = 1
),

final as (
    select
        pair.supplier,
        pair.participant_id,
        pair.issue_id,
        person.person_id,
        person.role,
        person.side,
        pair.competence,
        pair.design,
        pair.measured_date,
        pair.pre,
        pair.post,
        pair.gain,
        pair.followed_date,
        pair.lasting_gain,
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
        issue.obligation
    from followed as pair
    join person_settings as person using (supplier, participant_id)
    left join issue_settings as issue using (supplier, issue_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
)

select * from final

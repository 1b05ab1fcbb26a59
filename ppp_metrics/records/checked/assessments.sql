-- one row a learning measurement of a person, competence, design and issue; matching_date is, for a pre, the day of the
-- first post on or after it, for a post, the day of the last pre since the post before it; a post with a pre before it has
-- post_number, its place among such posts, and pre_count, how many pres they can belong to
with moments as (
    select
        *,
        case when moment = 'pre' then assessed_date end as pre_date,
        case when moment = 'post' then assessed_date end as post_date
    from assessments
),

-- a post ends its round: a pre of the same day still belongs to it, what comes later to the next one
rounds as (
    select
        *,
        count(post_date) over (
            partition by supplier, participant_id, competence_code, design, issue_id
            order by assessed_date range between unbounded preceding and interval 1 day preceding
        ) as round
    from moments
),

matched as (
    select
        * exclude (pre_date, post_date, round),
        case moment
            when 'pre' then min(post_date) over one_round
            when 'post' then max(pre_date) over one_round
        end as matching_date,
        count(pre_date) over (
            partition by supplier, participant_id, competence_code, design, issue_id
            order by assessed_date range between unbounded preceding and current row
        ) as pre_count
    from rounds
    window one_round as (partition by supplier, participant_id, competence_code, design, issue_id, round)
),

final as (
    select
        matched.* exclude (pre_count),
        case when moment = 'post' and pre_count > 0 then pre_count end as pre_count,
        case
            when moment = 'post' and pre_count > 0
                then row_number() over (
                    partition by supplier, participant_id, competence_code, design, issue_id, moment, pre_count > 0
                    order by assessed_date, source_id, source_row
                )
        end as post_number,
        loaded.loaded_at::date as load_date
    from matched
    join known_loads as loaded using (load_id, supplier)
)

select * from final

with pairs as (
    select {by} count(distinct giver_id) = 2 as is_mutual
    from interactions as interaction {joins}
    where interaction.interaction_date between date '2025-10-01' and date '2026-09-30'
    group by {group} least(giver_id, receiver_id), greatest(giver_id, receiver_id)
)

select {group} count(*) filter (is_mutual) as numerator, count(*) as denominator
from pairs
group by all

with pairs as (
    select
        least(giver_id, receiver_id) as person_a,
        greatest(giver_id, receiver_id) as person_b,
        count(distinct giver_id) = 2 as is_mutual
    from interactions
    where interaction_date between date '2025-10-01' and date '2026-09-30'
    group by person_a, person_b
),

places as (
    select distinct
        {by}
        least(interaction.giver_id, interaction.receiver_id) as person_a,
        greatest(interaction.giver_id, interaction.receiver_id) as person_b
    from interactions as interaction {joins}
    where interaction.interaction_date between date '2025-10-01' and date '2026-09-30'
)

select {group} count(*) filter (is_mutual) as numerator, count(*) as denominator
from pairs
join places using (person_a, person_b)
group by all

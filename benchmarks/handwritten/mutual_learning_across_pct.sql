with people as (
    select
        supplier,
        participant_id,
        case
            when role in ('student', 'teacher', 'researcher') then 'education'
            when role = 'company_employee' then 'company'
            when role = 'business_developer' and employer.partner_type = 'company' then 'company'
        end as side
    from participants
    left join partners as employer using (supplier, partner_id)
),

pairs as (
    select {by} count(distinct giver_id) = 2 as is_hit
    from interactions as interaction
    join people as giver on giver.supplier = interaction.supplier and giver.participant_id = interaction.giver_id
    join people as receiver
        on receiver.supplier = interaction.supplier and receiver.participant_id = interaction.receiver_id
    {joins}
    where interaction.interaction_date between date '2025-10-01' and date '2026-09-30' and giver.side <> receiver.side
    group by {group} least(giver_id, receiver_id), greatest(giver_id, receiver_id)
)

select {group} count(*) filter (is_hit) as numerator, count(*) as denominator
from pairs
group by all

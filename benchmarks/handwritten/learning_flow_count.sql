select {by} count(*) as value
from interactions as interaction
join participants as giver on giver.supplier = interaction.supplier and giver.participant_id = interaction.giver_id
join participants as receiver
    on receiver.supplier = interaction.supplier and receiver.participant_id = interaction.receiver_id
{joins}
where interaction.interaction_date between date '2025-10-01' and date '2026-09-30'
group by all

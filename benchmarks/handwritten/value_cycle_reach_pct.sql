select
    {by}
    count(distinct (participant_id, cycle)) as numerator,
    7 * count(distinct participant_id) as denominator
from value_stories as story
join participants as person using (supplier, participant_id) {joins}
where story_date between date '2025-10-01' and date '2026-09-30'
group by all

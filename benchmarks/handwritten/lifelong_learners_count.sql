select {by} count(distinct participant_id) as value
from participations
join participants as person using (supplier, participant_id) {joins}
where
    start_date <= date '2026-09-30'
    and coalesce(end_date, date '2026-09-30') >= date '2025-10-01'
    and person.role <> 'student'
group by all

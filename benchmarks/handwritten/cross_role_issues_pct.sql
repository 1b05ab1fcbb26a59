with teams as (
    select supplier, issue_id, count(distinct person.role) as roles
    from participations
    join participants as person using (supplier, participant_id)
    where start_date <= date '2026-09-30' and coalesce(end_date, date '2026-09-30') >= date '2025-10-01'
    group by supplier, issue_id
)

select {by} count(*) filter (roles >= 3) as numerator, count(*) as denominator
from teams
join issues as issue using (supplier, issue_id) {joins}
group by all

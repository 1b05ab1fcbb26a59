with teams as (
    select
        supplier,
        issue_id,
        bool_or(employer.partner_type = 'vocational_institution')
        and bool_or(employer.partner_type = 'university_of_applied_sciences') as is_together
    from participations as participation
    join participants as person using (supplier, participant_id)
    left join partners as employer using (supplier, partner_id)
    where start_date <= date '2026-09-30' and coalesce(end_date, date '2026-09-30') >= date '2025-10-01'
    group by supplier, issue_id
)

select {by} count(*) filter (is_together) as numerator, count(*) as denominator
from teams
join issues as issue using (supplier, issue_id) {joins}
group by all

with firsts as (
    select supplier, issue_id, min(implemented_date) as implemented_date
    from outcomes
    group by supplier, issue_id
)

select {by} count(*) as value
from firsts as first
join issues as issue using (supplier, issue_id) {joins}
where first.implemented_date between date '2026-07-01' and date '2026-09-30'
group by all

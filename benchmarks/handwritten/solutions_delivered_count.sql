with firsts as (
    select supplier, issue_id, min(delivered_date) as delivered_date
    from outcomes
    group by supplier, issue_id
)

select {by} count(*) as value
from firsts as first
join issues as issue using (supplier, issue_id) {joins}
where first.delivered_date between date '2026-07-01' and date '2026-09-30'
group by all

select {by} count(*) as value
from issues as issue {joins}
where issue.proposed_date between date '2026-07-01' and date '2026-09-30'
group by all

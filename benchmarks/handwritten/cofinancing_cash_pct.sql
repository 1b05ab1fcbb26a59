select
    {by}
    sum(if(company.partner_type = 'company', coalesce(cash_eur, 0), 0)) as numerator,
    sum(coalesce(cash_eur, 0) + coalesce(in_kind_eur, 0)) as denominator
from memberships as member
join partners as company using (supplier, partner_id) {joins}
where
    member.joined_date <= date '2026-09-30'
    and coalesce(member.left_date, date '2026-09-30') >= date '2026-09-30'
    and coalesce(member.cash_eur, member.in_kind_eur) is not null
group by all

with brought as (
    select distinct supplier, partnership_id, capability.capability
    from memberships as member
    join capabilities as capability using (supplier, partner_id)
    join partners as partner using (supplier, partner_id)
    where
        partner.partner_type in ('university_of_applied_sciences', 'vocational_institution', 'research_university')
        and capability.fte > 0
        and '2026-09-30' between member.joined_date and coalesce(member.left_date, '2026-09-30')
        and '2026-09-30' between capability.start_date and coalesce(capability.end_date, '2026-09-30')
)

select
    {by}
    count(brought.capability) as numerator,
    4 * count(distinct partnership.partnership_id) as denominator
from partnerships as partnership
left join brought using (supplier, partnership_id) {joins}
group by all

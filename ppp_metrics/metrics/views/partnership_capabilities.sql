-- one row a partnership that runs at `as_of` and a capability: whether its education partners bring any of it
with brought as (
    select membership.supplier, membership.partnership_id, capability.capability
    from memberships as membership
    join capabilities as capability using (supplier, partner_id)
    join partners as member using (supplier, partner_id)
    where
        member.partner_type in ('university_of_applied_sciences', 'vocational_institution', 'research_university')
        and capability.fte > 0
        and membership.joined_date <= getvariable('as_of')
        and coalesce(membership.left_date, getvariable('as_of')) >= getvariable('as_of')
        and capability.start_date <= getvariable('as_of')
        and coalesce(capability.end_date, getvariable('as_of')) >= getvariable('as_of')
),

running as (
    -- a supplier that sends no capabilities has not been found wanting
    select *, unnest(getvariable('capabilities')) as capability
    from partnership_settings
    where
        supplier in (select supplier from capabilities)
        and coalesce(start_date, getvariable('as_of')) <= getvariable('as_of')
        and coalesce(end_date, getvariable('as_of')) >= getvariable('as_of')
),

final as (
    select
        running.supplier,
        null::varchar as organisation_id,
        running.region_code,
        running.partnership,
        running.programme,
        running.phase,
        running.capability,
        brought.capability is not null as is_brought
    from running
    left join (select distinct * from brought) as brought using (supplier, partnership_id, capability)
)

select * from final

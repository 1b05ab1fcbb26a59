-- one row a membership in force at `as_of` of which a contribution is known, in euros; organisation_id of companies only
with final as (
    select
        membership.supplier,
        if(member.is_company, member.organisation_id, null) as organisation_id,
        partnership.region_code,
        partnership.partnership,
        partnership.programme,
        partnership.phase,
        member.partner,
        member.size_class,
        member.sme,
        member.sector,
        member.is_company,
        coalesce(membership.cash_eur, 0) as cash_eur,
        coalesce(membership.cash_eur, 0) + coalesce(membership.in_kind_eur, 0) as contribution_eur
    from memberships as membership
    join organisations as member using (supplier, partner_id)
    join partnership_settings as partnership using (supplier, partnership_id)
    where
        membership.joined_date <= getvariable('as_of')
        and coalesce(membership.left_date, getvariable('as_of')) >= getvariable('as_of')
        and coalesce(membership.cash_eur, membership.in_kind_eur) is not null
)

select * from final

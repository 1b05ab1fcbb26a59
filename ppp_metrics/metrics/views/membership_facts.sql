-- one row a membership in force at `as_of`, with its contribution in euros, null where neither part of it is known;
-- organisation_id of companies only
with final as (
    select
        membership.supplier,
        membership.partnership_id,
        membership.partner_id,
        membership.joined_date,
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
        coalesce(membership.cash_eur + membership.in_kind_eur, membership.cash_eur, membership.in_kind_eur)
            as contribution_eur
    from memberships as membership
    join organisations as member using (supplier, partner_id)
    join partnership_settings as partnership using (supplier, partnership_id)
    where
        membership.joined_date <= getvariable('as_of')
        and coalesce(membership.left_date, getvariable('as_of')) >= getvariable('as_of')
)

select * from final

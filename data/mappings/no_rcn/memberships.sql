-- one row a participation: an organisation in the consortium of a project, from the day its contract was signed
with final as (
    select
        "Prosjektnr" as partnership_id,
        "Organisasjonsnummer" as partner_id,
        case "Organisasjon rolle"
            when 'COORDINATOR' then 'lead'
            when 'PARTICIPANT' then 'member'
            else "Organisasjon rolle"
        end as member_role,
        "Kontrakt signeringsdato" as joined_date,
        source_row
    from source
)

select * from final

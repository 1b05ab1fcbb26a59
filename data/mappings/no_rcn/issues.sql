-- one row a project; two rows that tell different things of one project both reach quarantine, none is picked
with participations as (
    select
        *,
        -- the coordinator proposes, else the first participant with an organisation number (as in partnerships.sql)
        first_value("Organisasjonsnummer") over (
            partition by "Prosjektnr"
            order by "Organisasjonsnummer" is null, "Organisasjon rolle" <> 'COORDINATOR', try_cast("Deltakernr" as integer)
        ) as proposer
    from source
),

final as (
    select
        "Prosjektnr" as issue_id,
        proposer as partner_id,
        coalesce("Programområde kode (H2020)", "Traktat kode (H2020)") as theme_code,
        "Prosjektnavn" as title,
        "Prosjektnr" as partnership_id,
        case "Kontraktstatus"
            when 'SIGNED' then 'accepted'
            when 'CLOSED' then 'delivered'
            else "Kontraktstatus"
        end as status,
        "Søknadsdato" as proposed_date,
        "Kontrakt signeringsdato" as accepted_date,
        list(source_row) as source_row
    from participations
    group by all
)

select * from final

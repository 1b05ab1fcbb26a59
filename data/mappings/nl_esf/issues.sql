-- one row a project, the declined and withdrawn ones too
with projects as (
    select
        *,
        "Intrekking/Afwijzing" as refusal,
        "Intrekking/Afwijzing" is null or "Intrekking/Afwijzing" = 'Ingetrokken na verlening' as awarded,
        "Startdatum project Project start date" as start_date,
        "ESF subsidie toegekend vaststelling ESF approved on request Union cofinancing (max 50%)" as settled_eur
    from source
),

final as (
    select
        "Project_Nummer Project_Number" as issue_id,
        "Naam Aanvrager Beneficiary name" as partner_id,
        "Actie" as theme_code,
        "Naam Project Project Name" as title,
        'ESF 2007-2013' as partnership_id,
        if(awarded, "Project_Nummer Project_Number", null) as agreement_id,
        case
            when refusal = 'Afgewezen' then 'declined'
            when refusal in ('Ingetrokken voor verlening', 'Ingetrokken na verlening') then 'stopped'
            -- a word that is not known here is shown in quarantine as it stands
            when refusal is not null then refusal
            when settled_eur is not null and coalesce(try_cast(settled_eur as double) > 0, true) then 'delivered'
            else 'accepted'
        end as status,
        start_date as proposed_date,
        if(awarded, start_date, null) as accepted_date,
        if(awarded, start_date, null) as started_date,
        "Datum Intrekking" as closed_date,
        source_row
    from projects
)

select * from final

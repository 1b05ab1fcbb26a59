-- one row a project that was awarded: the award, from the project's start until its end or its withdrawal
with projects as (
    select
        *,
        "Intrekking/Afwijzing" as refusal,
        "ESF subsidie toegekend verlening ESF approved on request Union cofinancing (max 50%)" as awarded_eur
    from source
),

final as (
    select
        "Project_Nummer Project_Number" as agreement_id,
        'ESF 2007-2013' as partnership_id,
        "Naam Aanvrager Beneficiary name" as partner_id,
        "Startdatum project Project start date" as signed_date,
        coalesce("Datum Intrekking", "Einddatum project Project end date") as end_date,
        'effort' as obligation,
        awarded_eur as fee_eur,
        source_row
    from projects
    where refusal is null or refusal = 'Ingetrokken na verlening'
)

select * from final

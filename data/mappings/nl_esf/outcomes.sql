-- one row a project with a settled amount: what was delivered, at the value that the agency accepted
with projects as (
    select
        *,
        "ESF subsidie toegekend vaststelling ESF approved on request Union cofinancing (max 50%)" as settled_eur
    from source
),

final as (
    select
        "Project_Nummer Project_Number" as outcome_id,
        "Project_Nummer Project_Number" as issue_id,
        "Einddatum project Project end date" as delivered_date,
        settled_eur as value_eur,
        'verified' as value_evidence,
        source_row
    from projects
    -- an amount that cannot be read is an outcome too: its cell is put aside, the row is not lost
    where settled_eur is not null and coalesce(try_cast(settled_eur as double) > 0, true)
)

select * from final

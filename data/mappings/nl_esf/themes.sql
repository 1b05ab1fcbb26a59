-- one row an action of the programme; a numbered action (A1) is part of the one with its letter (A)
with names as (
    select * from (values
        ('A', 'guidance to work', 'toeleiding naar werk'),
        ('D', 'training of employees', 'scholing van werkenden')
    ) as n (theme_code, aim_en, aim_nl)
),

final as (
    select
        "Actie" as theme_code,
        concat_ws(': ', 'ESF action ' || "Actie", aim_en) as name_en,
        concat_ws(': ', 'ESF-actie ' || "Actie", aim_nl) as name_nl,
        if(length("Actie") > 1, left("Actie", 1), null) as parent_code,
        list(source_row) as source_row
    from source
    left join names on names.theme_code = "Actie"
    group by "Actie", aim_en, aim_nl
)

select * from final

-- one row a part of the framework programme; Euratom is a treaty of its own, without programme areas
with names_nl as (
    select * from (values
        ('EU.0.', 'Themaoverstijgend'),
        ('EU.1.', 'Excellente wetenschap'),
        ('EU.2.', 'Industrieel leiderschap'),
        ('EU.3.', 'Maatschappelijke uitdagingen'),
        ('EU.4.', 'Verspreiding van topkwaliteit en verbreding van deelname'),
        ('EU.5.', 'Wetenschap met en voor de samenleving'),
        ('EURATOM', 'Euratom')
    ) as n (theme_code, name_nl)
),

participations as (
    select
        coalesce("Programområde kode (H2020)", "Traktat kode (H2020)") as theme_code,
        coalesce("Programområde (H2020)", if("Traktat kode (H2020)" = 'EURATOM', 'Euratom', null)) as name_en,
        source_row
    from source
),

final as (
    select p.theme_code, p.name_en, n.name_nl, list(p.source_row) as source_row
    from participations as p
    left join names_nl as n using (theme_code)
    group by all
)

select * from final

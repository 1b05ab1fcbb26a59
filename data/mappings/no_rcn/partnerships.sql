-- one row a project: the consortium that signed its contract, in the region of the partner that proposed it
with counties as (
    select * from (values
        ('Oslo', 'NO081'),
        ('Viken', 'NO082'),
        ('Innlandet', 'NO020'),
        ('Vestfold og Telemark', 'NO091'),
        ('Agder', 'NO092'),
        ('Rogaland', 'NO0A1'),
        ('Vestland', 'NO0A2'),
        ('Møre og Romsdal', 'NO0A3'),
        ('Trøndelag', 'NO060'),
        ('Nordland', 'NO071'),
        ('Troms og Finnmark', 'NO074'),
        ('Svalbard', 'NO0B2')
    ) as c (county, region_code)
),

participations as (
    select
        "Prosjektnr" as partnership_id,
        "Prosjektkortnavn" as name,
        -- the coordinator proposes, else the first participant with an organisation number (as in issues.sql)
        row_number() over (
            partition by "Prosjektnr"
            order by "Organisasjonsnummer" is null, "Organisasjon rolle" <> 'COORDINATOR', try_cast("Deltakernr" as integer)
        ) = 1 and "Organisasjonsnummer" is not null as proposes,
        split_part("Adresse fylke", ' - ', 1) as county,
        source_row
    from source
),

final as (
    select
        partnership_id,
        name,
        max(if(county is null, 'NO', region_code)) filter (where proposes) as region_code,
        'other' as programme,
        list(source_row) as source_row
    from participations
    left join counties using (county)
    group by partnership_id, name
)

select * from final

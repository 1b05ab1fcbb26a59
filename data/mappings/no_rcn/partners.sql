-- one row an organisation; two rows that tell different things of one number both reach quarantine, none is picked
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
        "Organisasjonsnummer" as partner_id,
        "Organisasjonsnavn" as name,
        "FoU sektor" as sector,
        "FoU kategori" as category,
        -- a county stands in Norwegian first, then in the Sámi languages
        split_part("Adresse fylke", ' - ', 1) as county,
        source_row
    from source
),

typed as (
    select
        partner_id,
        name,
        case
            when category in ('Universiteter', 'Vitenskapelige høyskoler') then 'research_university'
            when category in ('Statlige høyskoler', 'Andre høyskoler') then 'university_of_applied_sciences'
            when sector = 'Instituttsektor' then 'research_institute'
            when sector = 'Næringsliv' then 'company'
            when sector in ('Helseforetak', 'Norges forskningsråd') or category = 'Øvrige offentlige' then 'public_body'
            when category = 'Øvrige andre' then 'other'
            -- a sector that is not known here is shown in quarantine as it stands
            else sector
        end as partner_type,
        partner_id as registration_number,
        if(county is null, 'NO', region_code) as region_code,
        source_row
    from participations
    left join counties using (county)
),

final as (
    select partner_id, name, partner_type, registration_number, region_code, list(source_row) as source_row
    from typed
    group by all
)

select * from final

-- one row a name of an applicant: there is no number, and two spellings are not taken for one organisation
with places as (
    select 'NL11' as region_code, unnest([
        'delfzijl', 'groningen', 'hoogezand', 'leek', 'marum', 'sellingen', 'stadskanaal', 'veendam', 'wedde'
    ]) as place
    union all
    select 'NL12', unnest(['franeker', 'joure', 'leeuwarden'])
    union all
    select 'NL13', unnest(['coevorden', 'emmen'])
    union all
    select 'NL21', unnest([
        'almelo', 'dalfsen', 'deventer', 'enschede', 'haaksbergen', 'hardenberg', 'hengelo', 'nijverdal', 'rijssen',
        'vriezenveen'
    ])
    union all
    select 'NL22', unnest([
        'apeldoorn', 'arnhem', 'bemmel', 'borculo', 'culemborg', 'de steeg', 'doetinchem', 'ede', 'harderwijk',
        'lochem', 'nijmegen', 'putten', 'tiel', 'zevenaar', 'zutphen'
    ])
    union all
    select 'NL23', unnest(['almere', 'lelystad', 'zeewolde'])
    union all
    select 'NL32', unnest([
        'aalsmeer', 'alkmaar', 'amstelveen', 'amsterdam', 'badhoevedorp', 'beverwijk', 'bussum', 'diemen', 'haarlem',
        'hilversum', 'hoorn', 'huizen', 'luchthaven schiphol', 'purmerend', 'velsen noord', 'zaandam'
    ])
    union all
    select 'NL34', unnest(['terneuzen', 'vlissingen'])
    union all
    select 'NL35', unnest([
        'amersfoort', 'bunnik', 'de meern', 'driebergen', 'houten', 'nieuwegein', 'utrecht', 'veenendaal', 'woerden',
        'zeist'
    ])
    union all
    select 'NL36', unnest([
        '''s-gravenhage', 'alphen aan den rij', 'barendrecht', 'capelle aan den ijssel', 'delft', 'den haag',
        'dordrecht', 'gorinchem', 'gouda', 'hazerswoude-dorp', 'leiden', 'reeuwijk', 'rotterdam', 'schiedam',
        'strijen', 'waddinxveen', 'warmond', 'zoetermeer'
    ])
    union all
    select 'NL41', unnest([
        '''s-hertogenbosch', 'bergen op zoom', 'boxtel', 'breda', 'eindhoven', 'gemert', 'helmond', 'oisterwijk',
        'oss', 'roosendaal', 'sint-michielsgestel.nl', 'tilburg', 'uden', 'valkenswaard', 'veldhoven', 'waalwijk'
    ])
    union all
    select 'NL42', unnest([
        'beek (lb)', 'gennep', 'heerlen', 'kerkrade', 'maastricht', 'maastricht airport', 'panningen', 'roermond',
        'sittard', 'venlo', 'weert'
    ])
),

projects as (
    select
        "Naam Aanvrager Beneficiary name" as name,
        lower("Locatie project operation postcode; or other appropriate location indicator") as place,
        "Land Country" as country,
        source_row
    from source
),

-- the place an applicant gives most often, the first in the alphabet of two given as often; blank says nothing
applicants as (
    select
        name,
        first(place order by times desc, place) filter (where place is not null) as place,
        min(country) as country,
        flatten(list(source_rows)) as source_row
    from (
        select name, place, min(country) as country, count(*) as times, list(source_row) as source_rows
        from projects
        group by name, place
    )
    group by name
),

final as (
    select
        name as partner_id,
        name,
        case
            when regexp_matches(name, 'gemeente\b|sociale dienst|\bigsd\b|^uwv$', 'i') then 'public_body'
            when regexp_matches(name, 'stichting|^st\.|fonds|\b[ao][&+]o\b', 'i') then 'intermediary'
            else 'other'
        end as partner_type,
        -- an applicant without any place is known by its country; a place that is not listed above is not guessed
        if(place is null, country, region_code) as region_code,
        source_row
    from applicants
    left join places using (place)
)

select * from final

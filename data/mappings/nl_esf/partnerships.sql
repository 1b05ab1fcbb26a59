-- one row: the programme itself, which is what every applicant has an agreement with
with final as (
    select
        'ESF 2007-2013' as partnership_id,
        'ESF 2007-2013' as name,
        'NL' as region_code,
        'other' as programme,
        list(source_row) as source_row
    from source
)

select * from final

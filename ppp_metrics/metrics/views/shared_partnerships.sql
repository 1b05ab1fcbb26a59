-- one row a partnership of one supplier whose key another supplier uses too: what tells the two apart
with final as (
    select supplier, partnership_id, partnership
    from partnership_settings
    where partnership != partnership_id
)

select * from final

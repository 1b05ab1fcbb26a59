-- one row an interaction; is_with_oneself where the giver is the receiver
with final as (
    select
        interaction.*,
        interaction.giver_id = interaction.receiver_id as is_with_oneself,
        loaded.loaded_at::date as load_date
    from interactions as interaction
    join known_loads as loaded using (load_id)
)

select * from final

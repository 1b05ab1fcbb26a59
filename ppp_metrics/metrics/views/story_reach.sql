-- one row a value story told by `as_of` and a cycle of value: whether the story lies in that cycle
with final as (
    select
        story.supplier,
        story.supplier || chr(31) || story.participant_id as person_id,
        person.role,
        person.side,
        cycle.cycle,
        story.cycle = cycle.cycle as is_reached,
        partnership.region_code,
        coalesce(shared.partnership, story.partnership_id) as partnership,
        partnership.programme,
        partnership.phase,
        story.story_date
    from value_stories as story
    cross join (select unnest(getvariable('cycles')) as cycle) as cycle
    left join person_settings as person using (supplier, participant_id)
    left join partnership_settings as partnership using (supplier, partnership_id)
    left join shared_partnerships as shared using (supplier, partnership_id)
    where story.story_date <= getvariable('as_of')
)

select * from final

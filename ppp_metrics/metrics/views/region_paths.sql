-- one row a region code, old or new: the same area's code in the newest classification, and the path of codes from the
-- area up to its country; a workspace may hang its own areas anywhere below
with recursive areas as (
    -- two suppliers may both add the same area: the newest load describes it
    select region_code, current_code, name, parent_code, level
    from regions
    qualify row_number() over (partition by region_code order by load_id desc nulls last, name) = 1
),

ancestry as (
    select region_code, current_code as ancestor_code, parent_code, level, 0 as depth
    from areas
    union all
    select child.region_code, parent.current_code, parent.parent_code, parent.level, child.depth + 1
    from ancestry as child
    join areas as parent on parent.region_code = child.parent_code
    -- an area that lies in itself would be walked for ever
    where child.depth < 12
),

paths as (
    select
        region_code,
        list(ancestor_code order by depth) as path,
        arg_max(ancestor_code, depth) filter (level = 0) as region0,
        arg_max(ancestor_code, depth) filter (level = 1) as region1,
        arg_max(ancestor_code, depth) filter (level = 2) as region2,
        arg_max(ancestor_code, depth) filter (level = 3) as region3
    from ancestry
    group by region_code
),

final as (
    select region_code, current_code, name, level, path, region0, region1, region2, region3
    from areas
    join paths using (region_code)
)

select * from final

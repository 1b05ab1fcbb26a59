-- one row a theme, which all suppliers share (the newest load describes it); a theme without a parent is its own
-- parent, so that the sum over parents is the whole
with final as (
    select
        theme_code as theme,
        coalesce(parent_code, theme_code) as theme_parent,
        name_en,
        coalesce(name_nl, name_en) as name_nl
    from themes
    qualify row_number() over (partition by theme_code order by load_id desc, supplier) = 1
)

select * from final

-- one row a theme, which all suppliers share (the newest load describes it); a theme without a parent is its own
-- parent, so that the sum over parents is the whole; a theme that only issues, or themes as their parent, name goes by
-- its code
with described as (
    select
        theme_code,
        coalesce(parent_code, theme_code) as theme_parent,
        name_en,
        coalesce(name_nl, name_en) as name_nl
    from themes
    qualify row_number() over (partition by theme_code order by load_id desc, supplier) = 1
),

named as (
    select theme_code
    from issues
    union
    select theme_parent
    from described
),

only_named as (
    select theme_code, theme_code as theme_parent, theme_code as name_en, theme_code as name_nl
    from named
    where theme_code not in (select theme_code from described)
),

final as (
    select * from described
    union all
    select * from only_named
)

select * from final

-- one row a cell that a record lacks though it was sent, or must have been there: what could not be read, and the day of
-- acceptance of an issue whose status says that it was accepted; a row that was put aside as a whole has no column_name
with put_aside_cells as (
    select
        supplier,
        table_name,
        if(row_kept, column_name, null) as column_name,
        load_id,
        source_id,
        source_row
    from put_aside
    where table_name is not null
),

undated as (
    select
        supplier,
        'issues' as table_name,
        'accepted_date' as column_name,
        load_id,
        source_id,
        source_row
    from issues
    where accepted_date is null and status in ('accepted', 'in_progress', 'delivered', 'implemented', 'embedded')
),

final as (
    select * from put_aside_cells
    union
    select * from undated
)

select * from final

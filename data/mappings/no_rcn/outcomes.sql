-- one row a closed project: what it had to deliver was delivered by the end of its contract
with final as (
    select
        "Prosjektnr" as outcome_id,
        "Prosjektnr" as issue_id,
        "Kontrakt sluttdato" as delivered_date,
        list(source_row) as source_row
    from source
    where "Kontraktstatus" = 'CLOSED'
    group by all
)

select * from final

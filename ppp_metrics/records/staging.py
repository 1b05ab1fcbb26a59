"""One table of a load, staged: cast, tell bad cells, repeats, conflicts and broken references apart, then insert.

`staged_<table>` has one row a source row (or mapped record): origin, the typed columns, and `bad`, a bit a column whose
cell is missing though required, or cannot be read. `aside_<table>` and `repeated_<table>` name the origins that are not
inserted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_metrics.language import msg
from ppp_metrics.records.model import BY_NAME, SHARED_TABLES, Column, Table, folded
from ppp_metrics.records.reader import ROW_BITS, Source, quoted_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MISSING = msg("This cell is required and it is empty.").text
AMBIGUOUS = msg("This can be read as two numbers. Leave out the separator of thousands: 1300, or 1300.50.").text
CONFLICT = msg("This key stands more than once with different content.").text
NOT_FOUND = msg("This refers to nothing: {table} has no such key.").text
ALSO_ASIDE = msg("This refers to a row of {table} that was put aside itself.").text
RAGGED = msg("This row has more cells than the header. Is a separator in the text not quoted?").text
UNREADABLE = {
    "date": msg("This is not a date. Write it as 2026-09-30 or 30-09-2026.").text,
    "number": msg("This is not a number.").text,
    "integer": msg("This is not a whole number.").text,
    "boolean": msg("This is neither yes nor no.").text,
    "code": msg("This is not one of the codes: {codes}.").text,
}


def stage(con: DuckDBPyConnection, table: Table, texts: str, *, mapped: bool) -> str:
    """Makes staged_<table> from SQL for its texts, with empty tables beside it; the texts again."""
    names = [column.name for column in table.columns]
    typed = ", ".join(f"{_typed(column)} as typed_{column.name}" for column in table.columns)
    bad = " + ".join(_bad_bit(index, column) for index, column in enumerate(table.columns))
    values = ", ".join(f"typed_{name} as {name}" for name in names)
    cleaned = ", ".join(f"cleaned({name}) as {name}" for name in names)
    origins = "origins, " if mapped else ""
    con.execute(
        f"create or replace temp table staged_{table.name} as "
        f"with texts as ({texts}), "
        f"cleaned as (select origin, {origins}{cleaned} from texts), "
        f"typed as (select *, {typed} from cleaned) "
        f"select origin, {origins}{values}, {bad} as bad, coalesce({', '.join(names)}) is null as blank from typed"
    )
    con.execute(f"create or replace temp table aside_{table.name} (origin bigint)")
    con.execute(f"create or replace temp table repeated_{table.name} (origin bigint, first_origin bigint)")
    return texts


def drop_blank_rows(con: DuckDBPyConnection, table: Table) -> None:
    """Forgets the rows without a single filled cell: a spreadsheet's empty tail is no record and no error."""
    con.execute(f"delete from staged_{table.name} where blank")


def put_aside(
    con: DuckDBPyConnection, table: Table, texts: str, load_id: int, delivered: list[Table], *, mapped: bool
) -> None:
    """Finds what cannot be a record and writes it down in quarantine and repeats; the table's references come first."""
    ledger = _Ledger(con, table, texts, load_id, mapped)
    ledger.bad_cells()
    ledger.repeated_keys()
    for column in table.columns:
        if column.references:
            ledger.broken_references(column, delivered)


def insert_records(con: DuckDBPyConnection, table: Table, load_id: int, *, mapped: bool) -> dict[str, int]:
    """The counts of rows read, kept, quarantined and repeated; what is fit stands in history."""
    columns = ", ".join(column.name for column in table.columns)
    place = "origins[1]" if mapped else "origin"
    con.execute(
        f"insert into history.{table.name} select {columns}, {load_id}, {_source_of(place)}, {_row_of(place)} "
        f"from staged_{table.name} where {_fit(con, table)}"
    )
    rows, aside, repeats, ragged = con.execute(
        f"select (select count(*) from staged_{table.name}), (select count(distinct origin) from aside_{table.name}), "
        f"(select count(*) from repeated_{table.name}), "
        "(select count(*) from quarantine where load_id = ? and table_name = ? and column_name is null)",
        [load_id, table.name],
    ).fetchall()[0]
    return {"rows": rows + ragged, "kept": rows - aside - repeats, "quarantined": aside + ragged, "repeats": repeats}


def put_ragged_rows_aside(con: DuckDBPyConnection, source: Source, table: Table | None, load_id: int) -> None:
    """Quarantines the rows of a source that do not fit under its header, by number only.

    Whose cells are whose is not known, so an id that should be a pseudonym could be any of them: none is kept.
    """
    if source.ragged:
        con.executemany(
            "insert into quarantine values (?, ?, ?, ?, null, null, ?, null, false, null)",
            [[load_id, source.source_id, row, table and table.name, RAGGED] for row in source.ragged],
        )


class _Ledger:
    """Writes down what is put aside of one table, each entry with its source rows."""

    def __init__(self, con: DuckDBPyConnection, table: Table, texts: str, load_id: int, mapped: bool):
        self.con, self.table, self.texts, self.load_id = con, table, texts, load_id
        self.mapped = mapped

    def bad_cells(self) -> None:
        if not self._any(f"from staged_{self.table.name} where bad != 0"):
            return
        required = sum(1 << index for index, column in enumerate(self.table.columns) if column.required)
        self._mark(f"select origin from staged_{self.table.name} where bad & {required} != 0")
        for index, column in enumerate(self.table.columns):
            if self._any(f"from staged_{self.table.name} where bad & {1 << index} != 0"):
                codes = ", ".join(code.value for code in column.codes)
                self._write(
                    column.name,
                    where=f"bad & {1 << index} != 0",
                    reason=(
                        f"case when cleaned(t.{column.name}) is null then {quoted_text(MISSING)} "
                        f"when {_is_ambiguous(column)} then {quoted_text(AMBIGUOUS)} "
                        f"else {quoted_text(UNREADABLE.get(column.kind, MISSING))} end"
                    ),
                    values={"codes": codes} if codes else {},
                    row_kept=f"s.bad & {required} = 0",
                )

    def repeated_keys(self) -> None:
        key = ", ".join(self.table.key)
        content = ", ".join(f"{column.name} := {column.name}" for column in self.table.columns)
        fit = f"staged_{self.table.name} where {_fit(self.con, self.table)}"
        if not self._any(f"from (select 1 from {fit} group by {key} having count(*) > 1)"):
            return
        self.con.execute(
            f"create or replace temp table twice as select origin, md5(struct_pack({content})::varchar) as content, "
            f"min(origin) over (partition by {key}) as first_origin, "
            f"min(content) over (partition by {key}) = max(content) over (partition by {key}) as same "
            f"from {fit} qualify count(*) over (partition by {key}) > 1"
        )
        self.con.execute(
            f"insert into repeated_{self.table.name} select origin, first_origin from twice "
            "where same and origin != first_origin"
        )
        self._note_repeats()
        self._write(
            self.table.key[0],
            "s.origin in (select origin from twice where not same)",
            quoted_text(CONFLICT),
            {},
            "false",
        )
        self._mark("select origin from twice where not same")

    def broken_references(self, column: Column, delivered: list[Table]) -> None:
        target = BY_NAME[str(column.references)]
        if target not in delivered and target.name != "regions":
            return
        key = target.key[0]
        known = [f"select {key} from reference_regions"] if target.name == "regions" else []
        if target in delivered:
            known.append(f"select {key} from staged_{target.name} where {_fit(self.con, target)}")
        if target.name in SHARED_TABLES:
            known.append(f"select {key} from history.{target.name} where load_id in ({_other_loads()})")
        while True:
            broken = (
                f"{column.name} is not null and {column.name} not in "
                f"(select * from ({' union all '.join(known)}) where {key} is not null) "
                f"and {_fit(self.con, self.table)}"
            )
            if not self._any(f"from staged_{self.table.name} where {broken}"):
                return
            self.con.execute(
                f"create or replace temp table broken as select origin from staged_{self.table.name} where {broken}"
            )
            was_aside = (
                f"s.{column.name} in (select {key} from staged_{target.name} where origin in "
                f"(select origin from aside_{target.name}))"
                if target in delivered
                else "false"
            )
            self._write(
                column.name,
                "s.origin in (select origin from broken)",
                f"case when {was_aside} then {quoted_text(ALSO_ASIDE)} else {quoted_text(NOT_FOUND)} end",
                {"table": target.name},
                "false",
            )
            self._mark("select origin from broken")

    def _write(self, column: str, where: str, reason: str, values: dict[str, str], row_kept: str) -> None:
        shown = {c.name: f"pseudonym(cleaned(t.{c.name}))" if c.personal else f"t.{c.name}" for c in self.table.columns}
        cells = ", ".join(f"{name} := {text}" for name, text in shown.items())
        pairs = ", ".join(f"{quoted_text(name)}: {quoted_text(text)}" for name, text in values.items())
        self.con.execute(
            f"insert into quarantine select {self.load_id}, {_source_of('o')}, {_row_of('o')}, '{self.table.name}', "
            f"'{column}', value, reason, {f'to_json(map {{{pairs}}})' if pairs else 'null'}, row_kept, "
            "case when row_kept then null else cells end "
            f"from (select unnest({self._origins('s')}) as o, {shown[column]} as value, {reason} as reason, "
            f"{row_kept} as row_kept, to_json(struct_pack({cells})) as cells "
            f"from staged_{self.table.name} as s join ({self.texts}) as t using (origin) where {where}) order by o"
        )

    def _note_repeats(self) -> None:
        self.con.execute(
            f"insert into repeats select {self.load_id}, {_source_of('o')}, {_row_of('o')}, '{self.table.name}', "
            f"{_source_of('f')}, {_row_of('f')} from (select unnest({self._origins('s')}) as o, "
            f"({self._origins('f')})[1] as f from repeated_{self.table.name} as r "
            f"join staged_{self.table.name} as s using (origin) "
            f"join staged_{self.table.name} as f on f.origin = r.first_origin)"
        )

    def _origins(self, alias: str) -> str:
        return f"{alias}.origins" if self.mapped else f"[{alias}.origin]"

    def _mark(self, origins: str) -> None:
        self.con.execute(f"insert into aside_{self.table.name} {origins}")

    def _any(self, from_where: str) -> bool:
        return bool(self.con.execute(f"select 1 {from_where} limit 1").fetchall())


def _typed(column: Column) -> str:
    name = column.name
    match column.kind:
        case "date" | "number" | "integer" | "boolean":
            value = f"read_{column.kind}({name})"
        case "code":
            value = _code(column)
        case _ if column.personal:
            value = f"pseudonym({name})"
        case _ if name == "region_code" or column.references == "regions":
            value = f"upper({name})"
        case _:
            value = name
    return f"case when {name} is null then {quoted_text(column.default)} else {value} end" if column.default else value


def _code(column: Column) -> str:
    exact = ", ".join(quoted_text(code.value) for code in column.codes)
    words = {
        folded(word): code.value
        for code in reversed(column.codes)
        for word in (*code.aliases, code.label.nl, code.label.en, code.value)
    }
    pairs = ", ".join(f"{quoted_text(word)}: {quoted_text(value)}" for word, value in words.items())
    return f"coalesce(try_cast({column.name} as enum({exact}))::varchar, (map {{{pairs}}})[folded({column.name})])"


def _bad_bit(index: int, column: Column) -> str:
    if column.required:
        return f"case when typed_{column.name} is null then {1 << index}::bigint else 0 end"
    written = f"typed_{column.name} is null and {column.name} is not null"
    return f"case when {written} then {1 << index}::bigint else 0 end"


def _is_ambiguous(column: Column) -> str:
    if column.kind not in ("number", "integer"):
        return "false"
    return f"is_ambiguous_number(without_money_marks(cleaned(t.{column.name})))"


def _fit(con: DuckDBPyConnection, table: Table) -> str:
    """SQL: the staged row is still to become a record."""
    tests = [
        f"origin not in (select origin from {name}_{table.name})"
        for name in ("aside", "repeated")
        if con.execute(f"select 1 from {name}_{table.name} limit 1").fetchall()
    ]
    return " and ".join(tests) or "true"


def _other_loads() -> str:
    return "select max(load_id) from loads where supplier != getvariable('supplier') group by supplier"


def _source_of(origin: str) -> str:
    return f"{origin} >> {ROW_BITS}"


def _row_of(origin: str) -> str:
    return f"{origin} & {(1 << ROW_BITS) - 1}"

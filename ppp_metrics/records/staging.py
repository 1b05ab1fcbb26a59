"""One table of a load, staged (`casting`): tell bad cells, repeats, conflicts and broken references apart, then insert.

`aside_<table>` and `repeated_<table>` name the origins that are not inserted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ppp_metrics.language import LANGUAGES, msg, nearest
from ppp_metrics.records.casting import place_of
from ppp_metrics.records.cells import Metrics, filled
from ppp_metrics.records.model import BY_NAME, SHARED_TABLES, Column, Table
from ppp_metrics.records.reader import ROW_BITS, Source, quoted_text
from ppp_metrics.records.region_names import read_region_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MISSING = msg("This cell is required and it is empty.").text
AMBIGUOUS = msg("This can be read as two numbers. Leave out the separator of thousands: 1300, or 1300.50.").text
AMBIGUOUS_DATE = msg(
    "This is a day in one month or in another: which number is the month? Write it as 2026-09-30 (year-month-day)."
).text
SHORT_YEAR = msg("This date has a year of two digits. Write it as 2026-09-30 or 30-09-2026.").text
SERIAL_DATE = msg(
    "This is a day as a spreadsheet counts days. Format the column as a date there, and write 2026-09-30."
).text
SPREADSHEET_ERROR = msg("This is an error of a spreadsheet, not a value. Mend the formula, or empty the cell.").text
SHORTENED = msg(
    "This number was shortened by a spreadsheet: its last digits are gone. Make the column text and fill it in again."
).text
NO_VALUE = msg("This cell is required, and what stands in it means that there is nothing.").text
NO_PERIOD = msg("This is not a period. Write a quarter as 2026-Q3 or a year as 2026.").text
NO_METRIC = msg("This is not the id of a metric. `ppp-metrics metrics` lists them all.").text
NEAR_METRIC = msg("This is not the id of a metric. Did you mean '{guess}'?").text
NEAR_REGION = msg("This is not the code of a region. Did you mean {guess}?").text
CONFLICT = msg("This key stands more than once with different content.").text
NOT_FOUND = msg("This refers to nothing: {table} has no such key.").text
ALSO_ASIDE = msg("This refers to a row of {table} that was put aside itself.").text
UNREADABLE = {
    "date": msg("This is not a date. Write it as 2026-09-30 or 30-09-2026.").text,
    "number": msg("This is not a number.").text,
    "integer": msg("This is not a whole number.").text,
    "boolean": msg("This is neither yes nor no.").text,
    "code": msg("This is not one of the codes: {codes}.").text,
}
NEAR_CODE = msg("This is not one of the codes: {codes}. Did you mean '{guess}'?").text
PERSONAL = {
    "email": msg("This text holds an e-mail address. Take it out, or leave the cell empty.").text,
    "telephone": msg("This text holds a telephone number. Take it out, or leave the cell empty.").text,
    "bsn": msg("This text holds a number that can be somebody's BSN. Take it out, or leave the cell empty.").text,
    "address": msg("This text holds a postcode with the number of a house. Take it out, or leave the cell empty.").text,
    "url": msg("This text holds the address of a web page. Take it out, or leave the cell empty.").text,
}
"""Why a text that tells of a person is put aside, by `personal_data` of personal.sql."""

MOST_GUESSES = 100


def drop_blank_rows(con: DuckDBPyConnection, table: Table) -> dict[int, int]:
    """Forgets the rows without a single filled cell: a spreadsheet's empty tail is no record and no error.

    How many that were, by the number of their source, or of their record where they are mapped.
    """
    counts = con.execute(
        f"select {_source_of('origin')}, count(*) from staged_{table.name} where blank group by 1"
    ).fetchall()
    con.execute(f"delete from staged_{table.name} where blank")
    return dict(counts)


def put_aside(
    con: DuckDBPyConnection,
    table: Table,
    texts: str,
    load_id: int,
    delivered: list[Table],
    *,
    mapped: bool,
    metrics: Metrics | None = None,
) -> None:
    """Finds what cannot be a record and writes it down in quarantine and repeats; the table's references come first."""
    ledger = _Ledger(con, table, texts, load_id, mapped, metrics or {})
    ledger.bad_cells()
    guesses = {
        column.name: read_region_names(con, table, column, known)
        for column in table.columns
        if column.references == "regions" and (known := ledger.known_keys(column, delivered))
    }
    _complete_registrations(con, table)
    ledger.repeated_keys()
    cells = [column for column in table.columns if column.references]
    for column in sorted(cells, key=_may_be_empty):
        ledger.broken_references(column, delivered, guesses.get(column.name, {}))
    if any(column.name in table.key and _may_be_empty(column) for column in cells):
        ledger.repeated_keys()  # two keys may have become one without a cell of them


def insert_records(con: DuckDBPyConnection, table: Table, load_id: int, *, mapped: bool) -> dict[str, int]:
    """The counts of rows read, kept, quarantined and repeated; what is fit stands in history."""
    columns = ", ".join(column.name for column in table.columns)
    place = place_of(mapped)
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


def put_numbered_rows_aside(con: DuckDBPyConnection, source: Source, table: Table | None, load_id: int) -> None:
    """Quarantines the rows of a source whose cells cannot be told apart, by number only.

    Whose cells are whose is not known, so an id that should be a pseudonym could be any of them: none is kept.
    """
    if source.aside:
        rows, reasons, values = zip(*source.aside, strict=True)
        con.execute(
            "insert into quarantine select ?, ?, unnest(?::bigint[]), ?, null, null, unnest(?::varchar[]), "
            "unnest(?::varchar[]), false, null",
            [
                load_id,
                source.source_id,
                list(rows),
                table and table.name,
                list(reasons),
                [json.dumps(each) if each else None for each in values],
            ],
        )


class _Ledger:
    """Writes down what is put aside of one table, each entry with its source rows."""

    def __init__(self, con: DuckDBPyConnection, table: Table, texts: str, load_id: int, mapped: bool, metrics: Metrics):
        self.con, self.table, self.texts, self.load_id = con, table, texts, load_id
        self.mapped, self.metrics = mapped, metrics

    def bad_cells(self) -> None:
        if not self._any(f"from staged_{self.table.name} where bad != 0"):
            return
        required = sum(1 << index for index, column in enumerate(self.table.columns) if not _may_be_empty(column))
        self._mark(f"select origin from staged_{self.table.name} where bad & {required} != 0")
        for index, column in enumerate(self.table.columns):
            if self._any(f"from staged_{self.table.name} where bad & {1 << index} != 0"):
                where = f"bad & {1 << index} != 0"
                cell = f"cleaned(t.{column.name})"
                unreadable, values = quoted_text(UNREADABLE.get(column.kind, MISSING)), "null"
                if column.codes:
                    codes = {"codes": quoted_text(", ".join(code.value for code in column.codes))}
                    guesses = self._near(where, cell, _words_of(column))
                    unreadable, values = _guessed(cell, guesses, NEAR_CODE, unreadable, _json_object(codes), codes)
                elif column.form == "metric":
                    guesses = self._near(where, cell, self._words_of_metrics())
                    unreadable, values = _guessed(cell, guesses, NEAR_METRIC, quoted_text(NO_METRIC), "null")
                self._write(
                    column.name,
                    where=where,
                    reason=f"case when {cell} is null then {quoted_text(MISSING)} "
                    f"when {filled(column, cell, every_word=True)} is null then {quoted_text(NO_VALUE)} "
                    f"when is_spreadsheet_error({cell}) then {quoted_text(SPREADSHEET_ERROR)} "
                    f"{_reasons(column, cell)} {self._personal_reasons(column, cell)} else {unreadable} end",
                    values=values,
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
            "null",
            "false",
        )
        self._mark("select origin from twice where not same")

    def known_keys(self, column: Column, delivered: list[Table]) -> str:
        """SQL for the keys that a column may refer to; nothing where they did not come along and cannot be known."""
        target = BY_NAME[str(column.references)]
        if target not in delivered and target.name != "regions":
            return ""
        key = target.key[0]
        known = [f"select {key} from reference_regions"] if target.name == "regions" else []
        if target in delivered:
            known.append(f"select {key} from staged_{target.name} where {_fit(self.con, target)}")
        if target.name in SHARED_TABLES:
            known.append(f"select {key} from history.{target.name} where load_id in ({_other_loads()})")
        return f"select * from ({' union all '.join(known)}) where {key} is not null"

    def broken_references(self, column: Column, delivered: list[Table], guesses: Mapping[str, str]) -> None:
        """Without a cell that may be empty its row is kept; without another it is not, nor what refers to it."""
        target, name = BY_NAME[str(column.references)], column.name
        key, kept = target.key[0], _may_be_empty(column)
        while known := self.known_keys(column, delivered):
            broken = f"{name} is not null and {name} not in ({known}) and {_fit(self.con, self.table)}"
            if not self._any(f"from staged_{self.table.name} where {broken}"):
                return
            self.con.execute(
                f"create or replace temp table broken as select origin from staged_{self.table.name} where {broken}"
            )
            was_aside = (
                f"s.{name} in (select {key} from staged_{target.name} where origin in "
                f"(select origin from aside_{target.name}))"
                if target in delivered
                else "false"
            )
            reason, values = _guessed(
                f"s.{name}",
                guesses,
                NEAR_REGION,
                f"case when {was_aside} then {quoted_text(ALSO_ASIDE)} else {quoted_text(NOT_FOUND)} end",
                _json_object({"table": quoted_text(target.name)}),
            )
            self._write(name, "s.origin in (select origin from broken)", reason, values, str(kept).lower())
            if kept:
                self.con.execute(
                    f"update staged_{self.table.name} set {name} = null where origin in (select origin from broken)"
                )
            else:
                self._mark("select origin from broken")

    def _words_of_metrics(self) -> dict[str, str]:
        """What a metric may be called -> its id."""
        by_word = {name.render(lang): metric_id for metric_id, name in self.metrics.items() for lang in LANGUAGES}
        by_word |= {metric_id.replace("_", " "): metric_id for metric_id in self.metrics}
        return by_word | {_in_any_order(word): metric_id for word, metric_id in by_word.items()}

    def _near(self, where: str, cell: str, by_word: Mapping[str, str]) -> dict[str, str]:
        """Unknown text -> what was probably meant, by one of its words."""
        unknown = self.con.execute(
            f"select distinct {cell} from staged_{self.table.name} as s join ({self.texts}) as t using (origin) "
            f"where {where} and {cell} is not null order by 1 limit {MOST_GUESSES}"
        ).fetchall()
        near = {value: nearest(value, by_word) or nearest(_in_any_order(value), by_word) for (value,) in unknown}
        return {value: by_word[word] for value, word in near.items() if word}

    def _personal_reasons(self, column: Column, cell: str) -> str:
        if column.name not in self.table.free_texts:
            return ""
        kinds = " ".join(f"when {quoted_text(kind)} then {quoted_text(reason)}" for kind, reason in PERSONAL.items())
        return f"when personal_data({cell}) is not null then case personal_data({cell}) {kinds} end"

    def _shown(self, column: Column) -> str:
        """SQL: a cell as quarantine keeps it.

        Of people nothing but the pseudonym, by which they can be erased; of other tables no cell that tells of a
        person, in whatever column it could not be read.
        """
        if column.personal:
            return f"pseudonym(cleaned(t.{column.name}))"
        if self.table.is_about_people:
            return "null::varchar"
        return f"case when not tells[{self.table.columns.index(column) + 1}] then t.{column.name} end"

    def _tells(self) -> str:
        """SQL: of each column, whether its cell could not be read and tells of a person."""
        cells = ", ".join(f"case when s.{name} is null then t.{name} end" for name in self.table.by_name)
        return f"list_transform([{cells}], lambda cell: personal_data(cell) is not null)"

    def _write(self, column: str, where: str, reason: str, values: str, row_kept: str) -> None:
        shown = {each.name: self._shown(each) for each in self.table.columns}
        cells = ", ".join(f"{name} := {text}" for name, text in shown.items())
        self.con.execute(
            f"insert into quarantine select {self.load_id}, {_source_of('o')}, {_row_of('o')}, '{self.table.name}', "
            f"'{column}', value, reason, reason_values, row_kept, case when row_kept then null else cells end "
            f"from (select unnest({self._origins('s')}) as o, {shown[column]} as value, {reason} as reason, "
            f"{values} as reason_values, {row_kept} as row_kept, to_json(struct_pack({cells})) as cells "
            f"from (select s, t, {self._tells()} as tells from staged_{self.table.name} as s join ({self.texts}) as t "
            f"using (origin) where {where})) order by o"
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


def _in_any_order(words: str) -> str:
    return " ".join(sorted(words.replace("_", " ").lower().split()))


def _may_be_empty(column: Column) -> bool:
    return not (column.required or column.empty_is_all)


def _reasons(column: Column, cell: str) -> str:
    """SQL: the branches of a CASE for what is known of an unreadable cell beside its kind."""
    match column.kind:
        case "number" | "integer":
            known = {f"is_ambiguous_number(without_money_marks({cell}))": AMBIGUOUS}
        case "date":
            known = {
                f"is_ambiguous_date(day_and_month({cell}))": AMBIGUOUS_DATE,
                f"is_serial_date({cell})": SERIAL_DATE,
                f"has_short_year({cell})": SHORT_YEAR,
            }
        case _:
            known = (
                {"true": {"registration": SHORTENED, "period": NO_PERIOD}[column.form]}
                if column.form
                in (
                    "registration",
                    "period",
                )
                else {}
            )
    return " ".join(f"when {test} then {quoted_text(reason)}" for test, reason in known.items())


def _words_of(column: Column) -> dict[str, str]:
    """What the codes of a column may be called, each as it is told back."""
    return {word: word for code in column.codes for word in (code.value, code.label.en, code.label.nl, *code.aliases)}


def _guessed(
    cell: str, guesses: Mapping[str, str], near: str, reason: str, values: str, beside: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """SQL: the reason and its values, of a cell for which there is a guess and of any other."""
    if not guesses:
        return reason, values
    pairs = ", ".join(f"{quoted_text(value)}: {quoted_text(guess)}" for value, guess in guesses.items())
    guess = f"(map {{{pairs}}})[{cell}]"
    return (
        f"case when {guess} is not null then {quoted_text(near)} else {reason} end",
        f"case when {guess} is not null then {_json_object({'guess': guess, **(beside or {})})} else {values} end",
    )


def _json_object(values: Mapping[str, str]) -> str:
    """SQL: an object as JSON of names and SQL for their values."""
    return f"json_object({', '.join(f'{quoted_text(name)}, {value}' for name, value in values.items())})"


def _complete_registrations(con: DuckDBPyConnection, table: Table) -> None:
    """By the country of the organisation, once that is known."""
    for column in table.columns:
        if column.form == "registration":
            complete = f"national_registration({column.name}, region_code)"
            con.execute(f"update staged_{table.name} set {column.name} = {complete} where {column.name} != {complete}")


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

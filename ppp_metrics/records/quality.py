"""How good the newest deliveries are, by supplier: what was put aside, what is not filled in, what is late.

Counts of rows, never their content. A table is about people when a column of it names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ppp_metrics.language import Message, msg
from ppp_metrics.periods import Period
from ppp_metrics.records import quotation, sheets, staging
from ppp_metrics.records.model import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ABOUT_PEOPLE = frozenset(table.name for table in TABLES if table.is_about_people)

REASONS: Mapping[str, Message] = {
    staging.MISSING: msg("a required cell is empty"),
    staging.AMBIGUOUS: msg("a number can be read in two ways"),
    staging.NO_VALUE: msg("a required cell holds a word for nothing"),
    staging.AMBIGUOUS_DATE: msg("the day and month of a date can be read in two ways"),
    staging.SHORT_YEAR: msg("a year of two digits"),
    staging.SERIAL_DATE: msg("a day as a spreadsheet counts days"),
    staging.SPREADSHEET_ERROR: msg("an error of a spreadsheet"),
    staging.SHORTENED: msg("a number that a spreadsheet shortened"),
    staging.NO_PERIOD: msg("not a period"),
    staging.NO_METRIC: msg("not the id of a metric"),
    staging.NEAR_METRIC: msg("nearly the id of a metric"),
    staging.NEAR_REGION: msg("the name of a region that has to be a code"),
    staging.CONFLICT: msg("a key stands twice with different content"),
    staging.NOT_FOUND: msg("refers to a key that is not there"),
    staging.ALSO_ASIDE: msg("refers to a row that was put aside itself"),
    staging.PERSONAL["email"]: msg("an e-mail address in a text"),
    staging.PERSONAL["telephone"]: msg("a telephone number in a text"),
    staging.PERSONAL["bsn"]: msg("a BSN in a text"),
    staging.PERSONAL["address"]: msg("an address in a text"),
    staging.PERSONAL["url"]: msg("a web page's address in a text"),
    quotation.RAGGED: msg("more cells than the header"),
    quotation.SHORT: msg("fewer cells than it needs"),
    quotation.QUOTE: msg("a quotation mark is not closed"),
    quotation.IN_QUOTES: msg("a quotation mark is not closed on a line before it"),
    sheets.MERGED: msg("merged cells"),
    staging.UNREADABLE["date"]: msg("not a date"),
    staging.UNREADABLE["number"]: msg("not a number"),
    staging.UNREADABLE["integer"]: msg("not a whole number"),
    staging.UNREADABLE["boolean"]: msg("neither yes nor no"),
    staging.UNREADABLE["code"]: msg("not one of the codes"),
    staging.NEAR_CODE: msg("nearly one of the codes"),
}
"""Why something was put aside, as a load writes it down, in a few words that name no cell."""

OPEN_YEARS = 2
"""An issue that was accepted longer ago than this, and is neither delivered nor closed, is asked after."""
SECOND_MEASUREMENT_DAYS = 365
"""So many days after a measurement before, the one after is overdue."""

LOADED, PARTLY, QUIET, OVERDUE = "loaded", "partly", "quiet", "overdue"
"""What a delivery says of a quarter: all of it; only a part, as it came before its end; nothing, though it came after;
nothing yet, as it came before its beginning."""


@dataclass(frozen=True)
class Expected:
    """An optional column that numbers are made of. Empty cells of it are missing only `where` one is due.

    `filled` says what counts as filled, where that is more than the column itself.
    """

    table: str
    column: str
    where: str = "true"
    filled: str = ""


EXPECTED = (
    Expected("partners", "size_class", "partner_type = 'company'"),
    Expected("partners", "sector_code", "partner_type = 'company'"),
    Expected("partners", "registration_number"),
    Expected("agreements", "quality_guarantee"),
    Expected("agreements", "assignments_per_year"),
    Expected("issues", "partnership_id"),
    Expected("issues", "innovation_type"),
    Expected("issues", "obligation", filled="obligation is not null or agreement_id is not null"),
    Expected("issues", "accepted_date", "status not in ('proposed', 'declined', 'stopped', 'on_hold')"),
    Expected("issues", "closed_date", "status in ('declined', 'stopped')"),
    Expected("issues", "trl_start", "accepted_date is not null"),
    Expected("outcomes", "accepted_by_company"),
    Expected("outcomes", "innovation_type"),
    Expected("outcomes", "novelty", "implemented_date is not null"),
    Expected("outcomes", "trl_end"),
    Expected("outcomes", "value_eur", "implemented_date is not null"),
    Expected("outcomes", "value_evidence", "value_eur is not null"),
    Expected("participants", "partner_id"),
    Expected("participations", "hours"),
    Expected("assessments", "issue_id", filled="issue_id is not null or partnership_id is not null"),
    Expected("interactions", "issue_id"),
)


@dataclass(frozen=True)
class PutAside:
    """Rows (or, where a row was kept without one, cells) of a supplier's table that were put aside for one reason.

    `table` is None for a file that was not recognised; `files` name the sheet too where there is one.
    """

    supplier: str
    table: str | None
    reason: str
    is_row: bool
    count: int
    files: tuple[str, ...]

    @property
    def is_about_people(self) -> bool:
        # what a file that was not recognised is about is not known
        return self.table is None or self.table in ABOUT_PEOPLE


@dataclass(frozen=True)
class Filled:
    """Of a supplier's rows of a table in which a column is due: how many, and in how many it is filled in."""

    supplier: str
    table: str
    column: str
    rows: int
    filled: int
    is_sent: bool


@dataclass(frozen=True)
class Delivery:
    """A supplier's newest load: its day, the newest day of an issue or solution in it, how many records it gave.

    `repeats` are rows that stood in it twice, `unused` those of which a mapping made nothing.
    """

    supplier: str
    loaded_on: date
    newest: date | None
    records: int
    repeats: int
    unused: int

    def about(self, quarter: Period) -> str:
        """What it says of a quarter: LOADED, PARTLY, QUIET or OVERDUE."""
        if self.loaded_on < quarter.first_day:
            return OVERDUE
        if self.loaded_on <= quarter.last_day:
            return PARTLY
        return QUIET if self.newest and self.newest < quarter.first_day else LOADED


def put_aside(con: DuckDBPyConnection) -> list[PutAside]:
    """What was put aside in the newest loads; a row with two faults counts under both."""
    rows = con.execute(
        "select supplier, table_name, reason, not row_kept, "
        "if(row_kept, count(*), count(distinct (source_id, source_row))), "
        "list(distinct concat_ws(', ', file, sheet) order by concat_ws(', ', file, sheet)) "
        "from quarantine join known_loads using (load_id) left join sources using (load_id, source_id) "
        "group by supplier, table_name, reason, row_kept order by supplier, table_name nulls last, reason, row_kept"
    ).fetchall()
    return [
        PutAside(supplier, table, reason, is_row, count, tuple(files))
        for supplier, table, reason, is_row, count, files in rows
    ]


def rows_put_aside(con: DuckDBPyConnection) -> list[tuple[str, str | None, int]]:
    """(supplier, reason, rows) of the rows put aside that are not about people, each counted once a reason.

    The reason is None for all reasons together, where each counts once: of a mapping, a row can be put aside in several
    tables.
    """
    return con.execute(
        "select supplier, reason, count(distinct (source_id, source_row)) "
        "from quarantine join known_loads using (load_id) "
        "where not row_kept and table_name is not null and not list_contains($people, table_name) "
        "group by grouping sets ((supplier), (supplier, reason)) order by supplier, reason nulls first",
        {"people": sorted(ABOUT_PEOPLE)},
    ).fetchall()


def completeness(con: DuckDBPyConnection) -> list[Filled]:
    """How far each supplier filled in what is due in the `EXPECTED` columns, in their order."""
    sent = set(con.execute("select supplier, table_name, column_name from delivered_columns").fetchall())
    found = []
    for table in dict.fromkeys(each.table for each in EXPECTED):
        due = [each for each in EXPECTED if each.table == table]
        counts = ", ".join(
            f"count(*) filter ({each.where}), count(*) filter (({each.where}) and "
            f"({each.filled or f'{each.column} is not null'}))"
            for each in due
        )
        for supplier, *row in con.execute(f"select supplier, {counts} from {table} group by supplier").fetchall():
            for at, each in enumerate(due):
                is_sent = (supplier, table, each.column) in sent or row[2 * at + 1] > 0
                found.append(Filled(supplier, table, each.column, row[2 * at], row[2 * at + 1], is_sent))
    order = {(each.table, each.column): at for at, each in enumerate(EXPECTED)}
    return sorted(found, key=lambda each: (order[each.table, each.column], each.supplier))


def deliveries(con: DuckDBPyConnection) -> list[Delivery]:
    """The newest load of each supplier; days after that of the load are faults and no news."""
    counted = " union all ".join(f"select load_id from history.{table.name}" for table in TABLES)
    days = " union all ".join(
        f"select load_id, unnest([{', '.join(columns)}]) as day from {table}"
        for table, columns in (
            ("issues", ("proposed_date", "accepted_date", "started_date", "closed_date")),
            ("outcomes", ("delivered_date", "implemented_date")),
        )
    )
    rows = con.execute(
        f"with records as (select load_id, count(*) as n from ({counted}) group by load_id), "
        f"days as (select load_id, max(day) as newest from ({days}) join known_loads using (load_id) "
        "where day <= loaded_at::date group by load_id) "
        "select supplier, loaded_at::date, newest, coalesce(n, 0), "
        "(select count(*) from repeats as r where r.load_id = l.load_id), "
        "(select count(*) from unused as u where u.load_id = l.load_id) "
        "from known_loads as l left join records using (load_id) left join days using (load_id) order by supplier"
    ).fetchall()
    return [Delivery(*row) for row in rows]


def issues_open_long(con: DuckDBPyConnection, day: date) -> dict[str, int]:
    """Supplier -> issues accepted more than `OPEN_YEARS` years before a day, neither delivered nor closed by then."""
    rows = con.execute(
        "select supplier, count(*) from issues as issue "
        f"where accepted_date < $day - interval {OPEN_YEARS} year and coalesce(closed_date > $day, true) "
        "and status not in ('declined', 'stopped') "
        "and not exists (from outcomes as o where o.supplier = issue.supplier and o.issue_id = issue.issue_id "
        "and o.delivered_date <= $day) group by supplier",
        {"day": day},
    ).fetchall()
    return dict(rows)


def people_measured_once(con: DuckDBPyConnection, day: date) -> dict[str, int]:
    """Supplier -> people who were measured before, but not after within `SECOND_MEASUREMENT_DAYS`, by a day."""
    rows = con.execute(
        "select supplier, count(distinct participant_id) from assessments as pre "
        "where moment = 'pre' and assessed_date <= $latest and not exists ("
        "  from assessments as post where post.moment = 'post' and post.supplier = pre.supplier "
        "  and post.participant_id = pre.participant_id and post.competence_code = pre.competence_code "
        "  and post.design = pre.design and post.issue_id is not distinct from pre.issue_id "
        "  and post.assessed_date between pre.assessed_date and $day) group by supplier",
        {"day": day, "latest": day - timedelta(days=SECOND_MEASUREMENT_DAYS)},
    ).fetchall()
    return dict(rows)

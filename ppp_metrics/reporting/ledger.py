"""The ledger in the workspace's database: what was ever published, as its readers saw it.

A file that is replaced, removed or made into another folder is known for ever to who has it. So every release is
decided on and attacked together with what the ledger holds, and written down in it before a file of it is put in place.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError, InUseError
from ppp_metrics.language import msg, user_language
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period, now
from ppp_metrics.records.history import every_fingerprint
from ppp_metrics.records.store import Store
from ppp_metrics.reporting.finished import Finished, Row
from ppp_metrics.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PATIENCE_SECONDS = 600.0
"""How long is waited for the others that read or write the database: as long as their reports may take."""
MEASURES = ("n", "value", "numerator", "denominator")
TABLES, CELLS, RELEASES = "ledger.tables", "ledger.cells", "ledger.releases"

Published = tuple[Table, list[Row], list[dict[str, str]]]
"""A question as it was published, with its rows and all groups that it had."""


@dataclass(frozen=True)
class Publication:
    """A file that is published, with what it is known by: its kind (report, export or remembered), period and hash."""

    finished: Finished
    kind: str
    period: str
    sha256: str


@dataclass(frozen=True)
class Entry:
    """What was published, as the ledger has it: `files` say the same of the same records. Fulfils `Finished`."""

    files: tuple[str, ...]
    edition: str
    made_from: str
    areas: Mapping[str, Sequence[str]]
    published: Sequence[Published] = field(repr=False)

    @property
    def file(self) -> str:
        return self.files[-1]

    def tables(self) -> Sequence[Published]:
        return self.published

    def betrayed(self) -> Iterator[tuple[str, Name]]:
        """Nothing: the ledger holds what tables say, and no words."""
        return iter(())


@dataclass(frozen=True)
class Known:
    """Which files the ledger knows, by their hashes, and how far it had come when it was looked into.

    `fingerprints` are those of the records that the database has, or once had; `versions` say of each `made_from` which
    release of it was the last.
    """

    newest: int = 0
    standing: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    versions: Mapping[str, int] = field(default_factory=dict)


def look_into(place: Workspace) -> Known:
    """What the ledger knows. Raises DataError when it is another workspace's."""
    with Store(place.database).reading() as con:
        known = every_fingerprint(con)
        if not _is_there(con, place):
            return Known(fingerprints=frozenset(known))
        rows = con.execute(
            f"select release_id, sha256, withdrawn_at is null, made_from, fingerprint from {RELEASES} order by all"
        ).fetchall()
    standing = frozenset(sha256 for _, sha256, stands, *_ in rows if stands)
    return Known(
        max((release_id for release_id, *_ in rows), default=0),
        standing,
        frozenset(sha256 for _, sha256, stands, *_ in rows if not stands) - standing,
        frozenset(known.union(fingerprint for *_, fingerprint in rows)),
        {made_from: release_id for release_id, *_, made_from, _ in rows},
    )


def remembered(place: Workspace, but: Collection[str] = ()) -> list[Entry]:
    """All that was published and not withdrawn, the oldest first, but for the files with these hashes.

    Raises DataError when the ledger is another workspace's.
    """
    with Store(place.database).reading() as con:
        return _entries(con, but=but) if _is_there(con, place) else []


def record(
    place: Workspace, new: Sequence[Publication], seen: int, check: Callable[[Sequence[Finished]], object]
) -> None:
    """Write down what is about to be published, each file once.

    What another run has published since release `seen` is given to `check` first, which raises what keeps this from
    being published, too.

    Raises DataError when that cannot be written: then nothing may be put in place.
    """
    while True:
        try:
            with _writing(place) as con:
                _claim(con, place)
                if not (added := _entries(con, after=seen)):
                    _insert(con, new)
                    return
                [(seen,)] = con.execute(f"select max(release_id) from {RELEASES}").fetchall()
        except DataError as error:
            raise DataError(
                msg(
                    "Nothing was published, because it could not be written down in {file} first. {reason}",
                    file=place.database.name,
                    reason=error.message,
                )
            ) from None
        check(added)


def releases(place: Workspace) -> list[dict[str, Any]]:
    """Every file that was published, in that order, with its cells and how many are withheld.

    Keys: release_id, published_at, kind, file, period, edition, cells, withheld, withdrawn_at, reason.
    """
    names = "release_id, published_at, kind, file, period, edition, cells, withheld, withdrawn_at, reason"
    with Store(place.database).reading() as con:
        if not _is_there(con, place):
            return []
        rows = con.execute(
            f"select {names} from {RELEASES} left join (select content, count(*) filter (has_row) as cells, "
            f"count(*) filter (withheld) as withheld from {CELLS} group by content) using (content) order by release_id"
        ).fetchall()
    return [dict(zip(names.split(", "), row, strict=True)) for row in rows]


def withdraw(place: Workspace, release_ids: Collection[int], reason: str) -> None:
    """From now on these count no more. They stay in the list, with the day and the reason."""
    with _writing(place) as con:
        _claim(con, place)
        con.execute(
            f"update {RELEASES} set withdrawn_at = ?, reason = ? "
            "where list_contains(?, release_id) and withdrawn_at is null",
            [now(), reason, list(release_ids)],
        )


# --- whose it is ------------------------------------------------------------------------------------------------------


def _is_there(con: DuckDBPyConnection, place: Workspace) -> bool:
    """Whether the database has a ledger. Raises DataError when that is another workspace's."""
    if not con.execute("select 1 from duckdb_tables() where schema_name = 'ledger' limit 1").fetchall():
        # of an older database, that nothing has been written to since
        return False
    owner = con.execute("select mark from ledger.owner").fetchall()
    if owner and (mark := place.mark()) != owner[0][0]:
        if mark is None:
            place.key(loaded_before=True)
        raise DataError(
            msg(
                "{file} holds the ledger of another workspace: it was written with another {key} than lies here. Put "
                "back the two that belong together, from your backup.",
                file=place.database.name,
                key=place.key_file.name,
            )
        )
    return True


def _claim(con: DuckDBPyConnection, place: Workspace) -> None:
    """Say whose the ledger is, the first time that something is written into it."""
    _is_there(con, place)
    if (mark := place.mark()) and not con.execute("select 1 from ledger.owner").fetchall():
        con.execute("insert into ledger.owner values (?)", [mark])


@contextmanager
def _writing(place: Workspace) -> Iterator[DuckDBPyConnection]:
    """A session that writes; waits, and says so, while others are in the database, such as the kernels of a report."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    is_told = False
    with ExitStack() as session:
        while True:
            try:
                con = session.enter_context(Store(place.database).writing())
                break
            except InUseError as error:
                if time.monotonic() > deadline:
                    raise
                if not is_told:
                    waits = msg("Waiting to write down what is published. {reason}", reason=error.message)
                    sys.stderr.write(waits.render(user_language()) + "\n")
                    is_told = True
        yield con


# --- written ----------------------------------------------------------------------------------------------------------


def _insert(con: DuckDBPyConnection, new: Sequence[Publication]) -> None:
    rows = con.execute(f"select release_id, if(withdrawn_at is null, sha256, null), content from {RELEASES}").fetchall()
    standing, contents = {sha256 for _, sha256, _ in rows}, {content for *_, content in rows}
    newest = max((release_id for release_id, *_ in rows), default=0)
    numbers: dict[tuple[Any, ...], int] = {tuple(asked): at for at, *asked in con.execute(f"from {TABLES}").fetchall()}
    cells: list[tuple[Any, ...]] = []
    files: list[tuple[Any, ...]] = []
    before = len(numbers)
    for each in new:
        if each.sha256 in standing:
            continue
        standing.add(each.sha256)
        said = [
            (numbers.setdefault(_asked(table), len(numbers) + 1), *cell)
            for table, rows, groups in each.finished.tables()
            for cell in _cells(rows, groups)
        ]
        content = hashlib.sha256(json.dumps(sorted(said, key=str)).encode()).hexdigest()
        if content not in contents:
            contents.add(content)
            cells += [(content, *cell) for cell in said]
        made_from = each.finished.made_from
        files.append(
            (
                newest + len(files) + 1, now(), each.kind, each.finished.file, each.period, each.finished.edition,
                made_from, made_from.partition(" ")[0], each.sha256,
                json.dumps({region: [*areas] for region, areas in each.finished.areas.items()}), content, None, None,
            )
        )  # fmt: skip
    _append(con, TABLES, [(at, *asked) for asked, at in numbers.items() if at > before])
    _append(con, CELLS, cells)
    _append(con, RELEASES, files)


def _asked(table: Table) -> tuple[Any, ...]:
    """A question as the ledger has it."""
    where = {name: [values] if isinstance(values, str) else [*values] for name, values in table.where.items()}
    return (
        table.metric.id,
        str(table.period),
        table.as_of,
        table.region,
        table.partnership,
        json.dumps(table.by),
        json.dumps(where, sort_keys=True),
        json.dumps(dict(table.loads), sort_keys=True),
    )


def _cells(rows: Iterable[Row], groups: Iterable[Mapping[str, str]]) -> Iterator[tuple[Any, ...]]:
    """Each row as the ledger has it, then the groups without one."""
    told = set()
    for group, numbers, is_withheld in rows:
        codes = json.dumps([*group.values()])
        told.add(codes)
        yield (codes, True, is_withheld, *(None if is_withheld else numbers.get(name) for name in MEASURES))
    for codes in dict.fromkeys(json.dumps([*group.values()]) for group in groups):
        if codes not in told:
            yield (codes, False, False, *(None for _ in MEASURES))


def _append(con: DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows to a table of the ledger, all at once."""
    if not rows:
        return
    schema, name = table.split(".")
    types = con.execute(
        "select data_type from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
        [schema, name],
    ).fetchall()
    columns = ", ".join(f"unnest(?::{each}[])" for (each,) in types)
    con.execute(f"insert into {table} select {columns}", [list(column) for column in zip(*rows, strict=True)])


# --- read -------------------------------------------------------------------------------------------------------------


def _entries(con: DuckDBPyConnection, *, after: int = 0, but: Collection[str] = ()) -> list[Entry]:
    """What stands in the ledger since a release, an entry for all files that say the same; the oldest first."""
    found = con.execute(
        f"select content, edition, made_from, areas, list(file order by release_id) from {RELEASES} "
        "where withdrawn_at is null and release_id > ? and not list_contains(?::varchar[], sha256) "
        "group by all order by max(release_id)",
        [after, list(but)],
    ).fetchall()
    if not found:
        return []
    tables = {at: _table(*asked) for at, *asked in con.execute(f"from {TABLES}").fetchall()}
    said = con.execute(
        f"select * from {CELLS} where list_contains(?, content) order by content, table_id, group_codes",
        [[content for content, *_ in found]],
    ).fetchall()
    published: dict[str, dict[int, Published]] = defaultdict(dict)
    groups: dict[tuple[int, str], dict[str, str]] = {}
    for content, at, codes, has_row, is_withheld, *numbers in said:
        table = tables[at]
        if table is None:
            continue
        group = groups.get((at, codes))
        if group is None:
            group = groups[at, codes] = dict(zip(table.by, json.loads(codes), strict=True))
        _, rows, all_groups = published[content].setdefault(at, (table, [], []))
        if has_row:
            rows.append((group, {} if is_withheld else dict(zip(MEASURES, numbers, strict=True)), is_withheld))
        if group:
            all_groups.append(group)
    return [
        Entry(tuple(dict.fromkeys(files)), edition, made_from, json.loads(areas), list(published[content].values()))
        for content, edition, made_from, areas, files in found
    ]


def _table(
    metric: str, period: str, as_of: date, region: str, partnership: str, by: str, where: str, loads: str
) -> Table | None:
    """A question of the ledger; None where its metric is known no longer."""
    if metric not in METRICS:
        return None
    return Table(
        metric=METRICS[metric],
        period=Period.parse(period),
        as_of=as_of,
        region=region,
        partnership=partnership,
        by=tuple(json.loads(by)),
        where=json.loads(where),
        loads=json.loads(loads),
    )


def withheld_groups(files: Iterable[Finished], asked: Table, edition: str) -> set[str]:
    """The groups, by their values, of which a file withholds what a question asks: of whatever records and day."""
    wanted = _asked(replace(asked, loads={}))
    least = threshold(asked.metric, edition)
    return {
        "/".join(group.values())
        for each in files
        if least and threshold(asked.metric, each.edition) == least
        for table, rows, _ in each.tables()
        if table.metric is asked.metric and _asked(replace(table, as_of=asked.as_of, loads={})) == wanted
        for group, _, is_withheld in rows
        if is_withheld
    }


def still_withheld(files: Iterable[Finished], is_held: Callable[[Table, str], bool], day: date) -> frozenset[Name]:
    """The cells that files withhold, as they are called when they are published again on a day.

    A period that was not over has more days now; its cells are the same ones.
    """
    return frozenset(
        replace(table, as_of=max(table.as_of, table.period.as_of(day))).name(group)
        for each in files
        for table, rows, _ in each.tables()
        if is_held(table, each.edition)
        for group, _, is_withheld in rows
        if is_withheld
    )

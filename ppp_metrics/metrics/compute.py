"""Any metric, by any of its dimensions, over any period: the one way from records to numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.clusters import DESIGN_EFFECT, OF_CLUSTERS, PAIRS, clustered, pairs_of_units
from ppp_metrics.metrics.dimensions import TIME_DIMENSIONS
from ppp_metrics.metrics.disclosure import DOMINATED, SUBJECT_COLUMNS, is_dominated, is_unsafe, published
from ppp_metrics.metrics.estimation import estimate
from ppp_metrics.metrics.estimators import Estimate
from ppp_metrics.metrics.existence import told_groups
from ppp_metrics.metrics.lacking import tell_lacking
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.mixes import mix, mix_note, part_filters
from ppp_metrics.metrics.protection import Name, withheld_names
from ppp_metrics.metrics.publication import Release, Table, mix_of
from ppp_metrics.metrics.question import AREA, Question, Values, ask
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

MEASURES = ("value", "low", "high", "n", "numerator", "denominator", "unit", "suppressed", "note")
COUNTS = ("units", "hits", "n", *SUBJECT_COLUMNS)
Cell = dict[str, Any]


def compute(
    con: DuckDBPyConnection,
    metric_id: str,
    period: Period,
    *,
    today: date,
    region: str | None = None,
    partnership: str | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Values] | None = None,
    edition: str = "coordinator",
    withheld: frozenset[Name] | None = None,
    against: str | None = None,
) -> pd.DataFrame:
    """One row a group: the dimensions, then value, low, high, n, numerator, denominator, unit, suppressed, note.

    Without `by` always one row; `theme_comparison` has one a theme, and the further columns of `themes.compare`. Rows
    are ordered by the dimensions. `where` maps a dimension to the value, or the values of which any will do, each as a
    code or a name; `region` includes all areas below it. `n` is null only where suppressed; numerator and denominator
    are null for what is no share. Where the whole is withheld there is one row, of no group: which groups there are is
    withheld with it. Notes are joined by "; ": no_data, too_few, no_variance, no_gain, not_reached,
    not_followed, suppressed, period_not_begun, pre_post only, design effect 1.8 (the interval is as of so many times
    fewer units, as units of one company or person are alike), mix: result 61, effort 39, evidence: verified 3,
    self_reported 2, without 1 of 6 suppliers (who never sent what the metric needs), 18 of 20 amounts unread (of those
    that would count), 8 without a date (so that nobody knows in which days they belong), rows put aside: outcomes 2 (by
    suppliers with issues there: which part of theirs is not known). Instead of how many, `some` where that could be few
    people, or to a funder few companies.

    `withheld` are the cells that the release of which this is a part does not show. Without, it stands alone: besides
    what is unsafe by itself, what would give that away in this table and its totals is withheld.

    With `against` (previous, year, target, whole) each row is set against that, in the columns of `differences.differ`.

    Raises UsageError for an unknown metric, dimension, value, region, partnership or edition.
    """
    metric = find_metric(metric_id)
    slice_: dict[str, Any] = {
        "today": today,
        "region": region,
        "partnership": partnership,
        "by": by,
        "where": where,
        "edition": edition,
        "withheld": withheld,
    }
    if against is not None:
        from ppp_metrics.metrics.differences import differ

        return differ(con, metric, period, against, **slice_)
    if metric.kind == "comparison":
        from ppp_metrics.metrics.themes import compare

        return compare(con, period, **slice_)
    return answer(con, ask(con, metric, period, **slice_))


def answer(con: DuckDBPyConnection, question: Question) -> pd.DataFrame:
    """The rows of `compute` for a question whose window is set."""
    cells = counted(con, question)
    withheld = question.withheld
    if withheld is None:
        withheld = _withheld_alone(con, question, cells)
    shown = [_shown(question, cell, withheld) for cell in cells]
    return _framed(question, told_groups(question, shown, lambda: _is_whole_withheld(con, question)))


def _is_whole_withheld(con: DuckDBPyConnection, question: Question) -> bool:
    """Whether the question without its dimensions has no number to show."""
    whole = question.again(by=(), where=question.table.where)
    [cell] = cells = counted(con, whole, is_estimated=False)
    withheld = _withheld_alone(con, whole, cells) if question.withheld is None else question.withheld
    return bool(_shown(whole, cell, withheld)["suppressed"])


def compute_areas(
    con: DuckDBPyConnection,
    metric_id: str,
    period: Period,
    areas: Sequence[str],
    *,
    today: date,
    by: Sequence[str] = (),
    where: Mapping[str, Values] | None = None,
    edition: str = "coordinator",
    withheld: frozenset[Name] = frozenset(),
) -> pd.DataFrame:
    """What `compute` gives for each of these regions, found for all at once; `area` says which a row is of.

    There is no row of a region where nothing is to be counted. Not for `theme_comparison` and the metrics of a
    variation, which look at a region's records as a whole. Raises UsageError as `compute` does.
    """
    question = ask(con, find_metric(metric_id), period, today=today, by=by, where=where, edition=edition, areas=areas)
    cells = counted(con, question)
    own = {area: question.of(area) for area in areas}
    shown: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell[AREA]:
            shown.setdefault(cell[AREA], []).append(_shown(own[cell[AREA]], cell, withheld))
    told = []
    for area, found in shown.items():
        alone = replace(own[area], again=partial(own[area].again, region=area), withheld=withheld)
        told += told_groups(alone, found, partial(_is_whole_withheld, con, alone))
    return _framed(question, told)


def _shown(question: Question, cell: Cell, withheld: frozenset[Name]) -> Cell:
    name = question.table.name(_group(question, cell))
    is_mix_withheld = cell["small_part"] or mix_of(name) in withheld
    told = [*cell["reasons"], *mix_note(question.metric, cell, not is_mix_withheld), *cell["remarks"]]
    return published(cell | {"note": "; ".join(told)}, _is_unsafe(question, cell) or name in withheld)


def counted(con: DuckDBPyConnection, question: Question, is_estimated: bool = True) -> list[Cell]:
    """The cells of a question before disclosure control, and for that alone; estimates, which cost time, if wanted."""
    counts = _count_by_subject if _counts_by_subject(question) else _count
    cells = counts(con, question)
    if is_estimated:
        estimate(con, question, cells)
        tell_lacking(con, question, cells)
    for cell in cells:
        _finish(question, cell)
    return cells


def mixes_of(question: Question, cells: Sequence[Cell]) -> list[tuple[dict[str, str], dict[str, int], bool]]:
    """The mixes that notes of the cells tell, as `publication.Release.add_mix` takes them."""
    return [
        (_group(question, cell), parts, bool(cell["small_part"]) or _is_unsafe(question, cell))
        for cell in cells
        if len(parts := mix(question.metric, cell)) > 1
    ]


def rows_of(question: Question, cells: Sequence[Cell]) -> list[tuple[dict[str, str], dict[str, Any], bool]]:
    """The cells as `publication.Release.add` takes them, with what they count, before disclosure control."""
    parts = ("n", "value", "numerator", "denominator")
    return [
        (_group(question, cell), {part: cell[part] for part in parts}, _is_unsafe(question, cell)) for cell in cells
    ]


def _group(question: Question, cell: Cell) -> dict[str, str]:
    return {name: cell[name] for name in question.names}


def _is_unsafe(question: Question, cell: Cell) -> bool:
    return is_unsafe(cell, question.metric, question.edition)


def _withheld_alone(con: DuckDBPyConnection, question: Question, cells: Sequence[Cell]) -> frozenset[Name]:
    """What is withheld of a table that belongs to no release, so that its cells and totals do not give each other away.

    A condition of one value makes a part of the table by that dimension, so the answer is the same as there. Totals
    are decided on first, as tables of their own, and then stay as they are.
    """
    if not question.least:
        return frozenset()
    table = question.table
    stays = {*table.by, *TIME_DIMENSIONS, *(["design"] if question.metric.one_design else [])}
    conditions = {name: values for name, values in table.where.items() if name in stays or len(values) > 1}
    names = (*table.by, *(name for name in table.where if name not in conditions))
    if not names:
        return frozenset()
    tables: dict[tuple[str, ...], tuple[Table, list[Any]]] = {}
    withheld: dict[tuple[str, ...], frozenset[Name]] = {}

    def read(by: tuple[str, ...]) -> tuple[Table, list[Any]]:
        asked = question if by == table.by and conditions == table.where else question.again(by=by, where=conditions)
        found = cells if asked is question else counted(con, asked, is_estimated=False)
        return asked.table, rows_of(asked, found)

    tables[names] = read(names)
    if not any(unsafe for *_, unsafe in tables[names][1]):
        return frozenset()
    for size in range(len(names) + 1):
        for by in combinations(names, size):
            tables.setdefault(by, read(by) if by not in tables else tables[by])
            release = Release()
            decided: frozenset[Name] = frozenset()
            for some in (each for length in range(size) for each in combinations(by, length)):
                release.add(tables[some][0], _marked(*tables[some], withheld[some]))
                decided |= {tables[some][0].name(group) for group, *_ in tables[some][1]}
            release.add(*tables[by])
            withheld[by] = withheld_names(release.cells.values(), release.sums(), decided)
    return withheld[names]


def _marked(table: Table, rows: Sequence[Any], withheld: frozenset[Name]) -> list[Any]:
    return [(group, numbers, table.name(group) in withheld) for group, numbers, _ in rows]


def _counts_by_subject(question: Question) -> bool:
    """Whether units are finer than one kind of subject, and nothing is counted that a row a subject does not tell."""
    metric = question.metric
    is_asked = question.least or metric.is_clustered
    is_one = len(metric.subjects) == 1 and metric.per != metric.subjects
    return bool(is_asked) and is_one and metric.n_of in (None, *metric.subjects)


def _units(question: Question) -> str:
    """SQL for a row a unit, with its groups and whether the numerator holds for it."""
    metric = question.metric
    hit = f"coalesce({metric.numerator}, false) as is_hit" if metric.kind == "rate" else "false as is_hit"
    if question.whole:
        stands = f"select distinct {', '.join((*question.selected, *metric.per))} from {question.source}"
        judged = f"select {', '.join(metric.per)}, {hit} from {question.whole} group by all"
        return f"select * from ({stands}) join ({judged}) using ({', '.join(metric.per)})"
    if metric.per:
        keys = ", ".join(dict.fromkeys((*question.selected, *metric.per, *metric.subjects)))
        return f"select {keys}, {hit} from {question.source} group by all"
    return f"select *, {', '.join((*question.selected, hit))} from {question.source}"


def _totals(metric: Metric) -> tuple[str, str]:
    """SQL for the units and those of them that the numerator holds for, or the sums of denominator and numerator."""
    units = f"sum({metric.denominator})" if metric.kind == "ratio" else "count(*)"
    return units, f"sum({metric.numerator})" if metric.kind in ("ratio", "sum") else "count(*) filter (is_hit)"


def _count(con: DuckDBPyConnection, question: Question) -> list[Cell]:
    """One cell a group, ordered: how many units, how many of them the numerator holds for, whom they count."""
    metric, parts = question.metric, part_filters(question.metric)
    n = f"count(distinct {metric.n_of})" if metric.n_of else "count(*)"
    counts = [f"count(*) filter ({filter_})" for filter_ in parts.values()]
    # without a row a subject nobody knows whether a part is small: it is told to nobody whom that could matter to
    is_small = "true" if question.least else "false"
    measures = [*_totals(metric), n, *_subject_counts(question), is_small, *counts]
    names = [*COUNTS, "small_part", *(f"part_{part}" for part in parts)]
    cells = _cells(con, question, _units(question), names, measures)
    if metric.is_clustered:
        _pair(con, question, cells)
    return cells


def _pair(con: DuckDBPyConnection, question: Question, cells: list[Cell]) -> None:
    """Give each cell its pairs of units, which its own rows do not tell."""
    sql = f"with units as ({_units(question)}) {pairs_of_units(question)}"
    width = len(question.names)
    found = {row[:width]: row[width:] for row in con.execute(sql, question.values).fetchall()}
    for cell in cells:
        cell |= zip(PAIRS, found.get(tuple(cell[name] for name in question.names), ()), strict=False)


def _count_by_subject(con: DuckDBPyConnection, question: Question) -> list[Cell]:
    """As `_count`, from a row a person or company: units of one are alike, and few, or two, may make up an amount."""
    metric, parts = question.metric, part_filters(question.metric)
    [subject] = metric.subjects
    units, hits = _totals(metric)
    counts = [f"{units} as units", f"{hits} as hits", "count(*) as n"]
    counts += [f"count(*) filter ({filter_}) as part_{part}" for part, filter_ in parts.items()]
    counts += [f"sum(abs({metric.numerator})) as size"] if metric.is_money else []
    keys = ", ".join((*question.columns, subject))
    rows = f"select {keys}, {', '.join(counts)} from ({_units(question)}) group by all"
    few = f"between 1 and {question.least - 1}"
    is_rate = metric.kind == "rate"
    measures = {
        "units": "coalesce(sum(units), 0)",
        "hits": "sum(hits)",
        "n": f"count({subject})" if metric.n_of else "coalesce(sum(n), 0)",
        "subjects": f"count({subject})",
        "subjects_in": f"count({subject}) filter (hits > 0)" if is_rate else "null",
        "subjects_out": f"count({subject}) filter (hits < units)" if is_rate else "null",
        "small_part": " or ".join(f"count({subject}) filter (part_{part} > 0) {few}" for part in parts) or "false",
        **{f"part_{part}": f"coalesce(sum(part_{part}), 0)" for part in parts},
        **(dict(zip(PAIRS, OF_CLUSTERS, strict=True)) if metric.is_clustered else {}),
    }
    if not metric.is_money:
        return _cells(con, question, rows, list(measures), list(measures.values()))
    measures |= {"largest": "coalesce(max(size, 2), [])", "total": "coalesce(sum(size), 0)"}
    cells = _cells(con, question, rows, list(measures), list(measures.values()))
    return [cell | {DOMINATED: is_dominated(cell["largest"], cell["total"])} for cell in cells]


def _cells(
    con: DuckDBPyConnection, question: Question, rows: str, names: Sequence[str], measures: Sequence[str]
) -> list[Cell]:
    """One cell a group of the rows, in the order of the groups, with its measures under their names."""
    ending = f" group by all order by {', '.join(question.columns)}" if question.names else ""
    sql = f"with units as ({rows}) select {', '.join((*question.columns, *measures))} from units{ending}"
    found = con.execute(sql, question.values).fetchall()
    return [dict(zip((*question.names, *names), map(_settled, row), strict=True)) for row in found]


def _settled(found: Any) -> Any:
    """Without the last bits of a sum, which hang on the order in which the threads of DuckDB add."""
    if isinstance(found, list):
        return [_settled(each) for each in found]
    return float(f"{found:.14g}") if isinstance(found, float) else found


def _subject_counts(question: Question) -> list[str]:
    """SQL for the people or companies behind a cell, its numerator and its complement; null where nobody asks."""
    metric = question.metric
    if not question.least:
        return ["null"] * 3
    if metric.per == metric.subjects and len(metric.per) == 1:
        return ["count(*)", "count(*) filter (is_hit)", "count(*) filter (not is_hit)"]
    if metric.subjects_apart:
        counts = ", ".join(f"count(distinct {subject})" for subject in metric.subjects)
        return [f"least({counts})", "null", "null"]
    counted = f"count(distinct {metric.subjects[0]}){{}}"
    if len(metric.subjects) > 1:
        # so many pairs, whichever, are of enough people
        enough = comb(question.least - 1, 2) + 1
        counted = f"len(list_distinct(flatten(min([{', '.join(metric.subjects)}], {enough}){{}})))"
    everyone, hit, rest = map(counted.format, ("", " filter (is_hit)", " filter (not is_hit)"))
    return [everyone, hit, rest] if metric.kind == "rate" else [everyone, "null", "null"]


def _finish(question: Question, cell: Cell) -> None:
    """Turn the counts of a cell into its value, interval and note."""
    metric = question.metric
    cell["unit"] = metric.unit
    reasons = []
    result = Estimate(None)
    group = tuple(cell[name] for name in question.names)
    is_known = question.is_known and group not in question.unknown_groups
    if not is_known or (metric.kind != "count" and cell["n"] == 0):
        reasons.append("no_data")
    elif metric.kind == "count":
        result = Estimate(cell["units"])
    elif cell["n"] < metric.min_n:
        reasons.append("too_few")
    elif metric.kind == "sum":
        result = Estimate(cell["hits"])
    elif "estimate" in cell:
        result = cell["estimate"]
    elif cell["units"]:
        result = Estimate(100 * cell["hits"] / cell["units"])
        if metric.kind == "rate" and metric.is_sample:
            alone = {"unit_pairs": cell["units"], "mixed_pairs": cell["hits"], "hit_pairs": cell["hits"]}
            pairs = alone | cell
            interval = clustered(cell["hits"], cell["units"], *(pairs[name] for name in PAIRS))
            result = replace(result, low=interval.low, high=interval.high, note=interval.note)
    cell |= {"value": result.value, "low": result.low, "high": result.high}
    is_share = metric.kind in ("rate", "ratio")
    cell["numerator"] = (cell["hits"] or 0) if is_share else None
    cell["denominator"] = (cell["units"] or 0) if is_share else None
    # how alike the units of one company are tells how many each has: not where companies, or people, are protected
    is_told = not (question.least and result.note.startswith(DESIGN_EFFECT))
    reasons += [result.note] if result.note and is_told else []
    notes = question.notes + question.group_notes.get(group, ()) + question.area_notes.get(cell.get(AREA, ""), ())
    cell |= {"reasons": reasons, "remarks": [*cell.get("lacking", ()), *notes]}


def _framed(question: Question, cells: list[Cell]) -> pd.DataFrame:
    import pandas as pd

    kind = question.metric.kind
    types: dict[str, Any] = {
        "value": "Int64" if kind == "count" else "Float64",
        "low": "Float64",
        "high": "Float64",
        "n": "Int64",
        **dict.fromkeys(("numerator", "denominator"), "Float64" if kind == "ratio" else "Int64"),
        "suppressed": "bool",
    }
    return pd.DataFrame(
        {
            name: pd.array([cell[name] for cell in cells], dtype=types.get(name, "str"))
            for name in (*question.names, *MEASURES)
        }
    )

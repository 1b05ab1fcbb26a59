"""A finished export, read back as its reader gets it: what the audit attacks together with the reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import msg
from ppp_metrics.metrics.dimensions import group_of
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.reporting.export_files import find_exports, read_sheets
from ppp_metrics.reporting.export_rows import conditions_in
from ppp_metrics.reporting.export_sheets import MEASURES, OBSERVED, SHARES, TOTAL
from ppp_metrics.reporting.finished import Row

Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Export:
    """A workbook or folder, as its cells read. `file` is what it is called in findings."""

    file: str
    numbers: Sequence[Cells] = field(repr=False)
    about: Sequence[Cells] = field(repr=False)

    @property
    def edition(self) -> str:
        return self._told("edition")

    @property
    def period(self) -> str:
        return self._told("period")

    @property
    def made_from(self) -> str:
        return f"{self._told('fingerprint')} {self._told('version').removeprefix('ppp_metrics ')}"

    @property
    def areas(self) -> Mapping[str, Sequence[str]]:
        return {str(row["subject"]): str(row["value"]).split(", ") for row in self.about if row["item"] == "areas"}

    def tables(self) -> Iterator[tuple[Table, list[Row], list[dict[str, str]]]]:
        """Each question as it was published, with its rows, which are all groups that it had."""
        for table, rows in self._tables:
            yield table, rows, [group for group, *_ in rows if group]

    def betrayed(self) -> Iterator[tuple[str, Name]]:
        """Each cell that is called withheld, and has a number in its row all the same."""
        for row in self.numbers:
            if _is_true(row["suppressed"]) and any(row[name] is not None for name in MEASURES):
                yield "filled", self._table(row).name(_group(row))

    @cached_property
    def _tables(self) -> list[tuple[Table, list[Row]]]:
        found: dict[tuple[str, ...], tuple[Table, list[Row]]] = {}
        asked = ("metric_id", "period", "region_code", "dimension", "subset")
        for row in self.numbers:
            if row["estimate"] == OBSERVED:
                key = tuple(str(row[name]) for name in asked)
                table, rows = found[key] if key in found else found.setdefault(key, (self._table(row), []))
                numbers = _numbers(table.metric, row)
                is_withheld = _is_true(row["suppressed"]) and not any(row[name] is not None for name in MEASURES)
                rows.append((_group(row), numbers, is_withheld))
        return list(found.values())

    def _table(self, row: Cells) -> Table:
        period = Period.parse(str(row["period"]))
        return Table(
            metric=METRICS[str(row["metric_id"])],
            period=period,
            as_of=period.as_of(date.fromisoformat(self._told("as_of"))),
            region=str(row["region_code"]),
            by=tuple(_group(row)),
            where=conditions_in(str(row["subset"])),
        )

    def _told(self, item: str) -> str:
        return next(str(row["value"]) for row in self.about if row["item"] == item)


def read_exports(out: Path) -> list[tuple[Path, Export]]:
    """The exports below a folder, each with its path. Raises DataError for one that cannot be read."""
    return [(path, read_export(path, path.relative_to(out).as_posix())) for path in find_exports(out)]


def read_export(path: Path, name: str) -> Export:
    """A workbook or folder. Raises DataError when it cannot be read, or says what no export says."""
    sheets = read_sheets(path)
    export = Export(name, sheets["numbers"], sheets["about"])
    try:
        list(export.tables()), export.edition, export.period, export.made_from
    except (KeyError, ValueError, StopIteration, UsageError) as error:
        raise DataError(msg("{file} cannot be read: {reason}.", file=name, reason=str(error))) from None
    return export


def _group(row: Cells) -> dict[str, str]:
    return {} if row["dimension"] == TOTAL else group_of(str(row["dimension"]).split("/"), str(row["group_code"]))


def _numbers(metric: Metric, row: Cells) -> dict[str, float | None]:
    """What a row shows; of a share its numerator follows from its n."""
    read = {part: _number(row[part]) for part in ("n", "value", "numerator", "denominator")}
    if metric.kind == "count":
        read["n"] = read["value"]
    if metric.kind in SHARES and not metric.n_of:
        read["denominator"] = read["n"] if read["denominator"] is None else read["denominator"]
        if read["numerator"] is None and None not in (read["value"], read["denominator"]):
            read["numerator"] = round(read["value"] * read["denominator"] / 100)  # type: ignore[operator]
    return read


def _number(cell: Any) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _is_true(cell: Any) -> bool:
    return str(cell).strip().lower() in ("true", "1", "waar")

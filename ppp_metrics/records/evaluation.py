"""Great Expectations over pandas frames: what became of each rule, and which rows of which file break it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Label, msg
from ppp_metrics.records.model import TABLES
from ppp_metrics.records.suites import Rule, Suite, quiet_great_expectations, usable_types

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1000
"""Failing rows kept by rule; their full count is kept too."""

LINEAGE = ("load_id", "source_id", "source_row")
PERSONAL_COLUMNS = {column.name for table in TABLES for column in table.columns if column.personal}

Places = dict[tuple[int | None, int | None], tuple[str | None, str | None, str | None]]
"""Load and source -> supplier, file and sheet."""


@dataclass(frozen=True)
class RuleResult:
    """What became of one rule. `success` is None where there was no row to look at.

    `checked` counts the rows looked at (of those that the rule is about, without missing values), `failed_rows` those
    that break it, `suppliers` how many of those each sent; `observed` is their percentage, or the value that an
    aggregate rule looked at. `rows` is empty while the rule holds; else each has supplier, file, sheet, row and
    `values`, which never show a person.
    """

    suite: str
    id: str
    type: str
    severity: str
    label: Label
    success: bool | None
    checked: int = 0
    failed_rows: int = 0
    observed: float | str | None = None
    columns: tuple[str, ...] = ()
    suppliers: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> RuleResult:
        """The result that `dataclasses.asdict` made this of, also when it has been JSON since."""
        return cls(**kept | {"label": Label(**kept["label"]), "columns": tuple(kept["columns"])})


def evaluate(frames: Iterable[tuple[Suite, pd.DataFrame]], places: Places) -> list[RuleResult]:
    """The result of every rule; a frame has the columns of its suite and of LINEAGE, and numbers its rows from 0.

    Raises DataError when a rule cannot be evaluated, or does not come back.
    """
    results: list[RuleResult] = []
    with quiet_great_expectations() as gx:
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("records").add_dataframe_asset("relation")
        batches = asset.add_batch_definition_whole_dataframe("rows")
        for suite, frame in frames:
            found = _validated(gx, batches, suite, frame) if len(frame) else {}
            results += [_result(rule, found.get(rule.id), frame, places) for rule in suite.rules]
    return results


def _validated(gx: Any, batches: Any, suite: Suite, frame: pd.DataFrame) -> dict[str, Any]:
    types = usable_types()
    declared = [types[rule.type](**rule.kwargs, severity=rule.severity, meta={"id": rule.id}) for rule in suite.rules]
    batch = batches.get_batch({"dataframe": frame})
    validation = batch.validate(
        gx.ExpectationSuite(name=suite.name, expectations=declared), result_format={"result_format": "COMPLETE"}
    )
    return results_by_rule(suite, validation.results)


def results_by_rule(suite: Suite, results: Iterable[Any]) -> dict[str, Any]:
    """Rule id -> its result. Raises DataError unless every declared rule came back, evaluated."""
    found = {result.expectation_config.meta["id"]: result for result in results}
    missing = [rule.id for rule in suite.rules if rule.id not in found]
    if missing:
        raise DataError(
            msg(
                "{file}: Great Expectations ran {ran} of {declared} rules. These did not run: {rules}.",
                file=suite.file,
                ran=len(found),
                declared=len(suite.rules),
                rules=", ".join(missing),
            )
        )
    for rule in suite.rules:
        if problem := _exception(found[rule.id].exception_info):
            raise DataError(
                msg(
                    "{file}: rule '{rule}' cannot be evaluated: {problem}",
                    file=suite.file,
                    rule=rule.id,
                    problem=problem,
                )
            )
    return found


def _exception(info: dict[str, Any] | None) -> str | None:
    """What was raised, in short; Great Expectations tells it of the rule, or of each metric behind it."""
    for each in [info or {}, *(info or {}).values()]:
        if isinstance(each, dict) and each.get("raised_exception"):
            return " ".join(str(each.get("exception_message") or each.get("exception_traceback")).split())[:200]
    return None


def _result(rule: Rule, found: Any, frame: pd.DataFrame, places: Places) -> RuleResult:
    unseen = RuleResult(rule.suite, rule.id, rule.type, rule.severity, rule.label, success=None, columns=rule.columns)
    if found is None:
        return unseen
    details = found.result
    if "unexpected_count" not in details:
        observed = _observed(rule, details.get("observed_value"))
        return replace(unseen, success=found.success, checked=len(frame), observed=observed)
    checked = details["element_count"] - (details.get("missing_count") or 0)
    if not checked:
        return unseen
    failed = details["unexpected_count"]
    positions = [] if found.success else sorted(details["unexpected_index_list"])
    return replace(
        unseen,
        success=found.success,
        checked=checked,
        failed_rows=failed,
        observed=round(100 * failed / checked, 2),
        suppliers=_by_supplier(frame.iloc[positions], places),
        rows=[_row(rule, cells, places) for cells in frame.iloc[positions[:MOST_ROWS]].to_dict("records")],
    )


def _by_supplier(rows: pd.DataFrame, places: Places) -> dict[str, int]:
    """Supplier -> how many of the rows it sent."""
    found: Counter[str] = Counter()
    sizes = rows.groupby(["load_id", "source_id"], dropna=False).size().reset_index(name="count")
    for size in sizes.to_dict("records"):
        supplier, _, _ = places.get((_plain(size["load_id"]), _plain(size["source_id"])), (None, None, None))
        if supplier:
            found[supplier] += size["count"]
    return dict(sorted(found.items()))


def _row(rule: Rule, cells: dict[Any, Any], places: Places) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in cells.items()}
    supplier, file, sheet = places.get((plain["load_id"], plain["source_id"]), (None, None, None))
    shown = [name for name in dict.fromkeys((*rule.shown, *rule.columns)) if name not in PERSONAL_COLUMNS]
    return {
        "supplier": supplier,
        "file": file,
        "sheet": sheet,
        "row": plain["source_row"],
        "values": {name: plain[name] for name in shown},
    }


def _plain(value: Any) -> Any:
    """A cell as JSON can hold it; a missing one is None."""
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _observed(rule: Rule, value: Any) -> float | str | None:
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or isinstance(plain, (int, float)):
        return plain
    return None if PERSONAL_COLUMNS & set(rule.columns) else str(plain)[:200]

"""Is the data fit to publish? The suites in expectations/ over the records, and over the computed numbers.

A suite bears the name of its relation: a table, or `checked/<relation>.sql`, which adds what a rule needs. Great
Expectations sees pandas frames with only the columns that the suite names; the rows it finds are told by file and row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import format_number, msg
from ppp_metrics.periods import now, today
from ppp_metrics.records import history
from ppp_metrics.records.evaluation import LINEAGE, MOST_ROWS, Places, RuleResult, evaluate
from ppp_metrics.records.model import TABLES
from ppp_metrics.records.store import create_key_view
from ppp_metrics.records.suites import NUMBERS, Suite, read_suites, with_guess

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from ppp_metrics.records.store import Store

ROWS_IN_TEXT = 10
NUMBER_COLUMNS = ("value", "low", "high", "n", "numerator", "denominator", "funnel_order", "parts_sum")


@dataclass(frozen=True)
class CheckResult:
    """One run of the suites; `fingerprint` is that of the data looked at (None for computed numbers), `suites` that of
    the rules, `relations` that of each suite with its rows, `loads` that of each supplier's newest load."""

    checked_at: datetime
    fingerprint: str | None
    known_at: date | None
    suites: str
    expectations: list[RuleResult]
    relations: dict[str, str] = field(default_factory=dict)
    loads: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """No critical rule is broken."""
        return not self.failures("critical")

    def failures(self, severity: str) -> list[RuleResult]:
        """The broken rules of a severity."""
        return [rule for rule in self.expectations if rule.success is False and rule.severity == severity]

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON can hold it."""
        return {
            "passed": self.passed,
            "checked_at": self.checked_at.isoformat(sep=" ", timespec="seconds"),
            "fingerprint": self.fingerprint,
            "known_at": self.known_at and self.known_at.isoformat(),
            "suites": self.suites,
            "relations": self.relations,
            "loads": self.loads,
            "expectations": [asdict(rule) for rule in self.expectations],
        }

    def render(self, lang: str) -> str:
        """The result in words: the verdict, then each broken rule with its first rows, then what had no rows."""
        critical, warned = self.failures("critical"), self.failures("warning")
        skipped = [rule.id for rule in self.expectations if rule.success is None]
        verdict = msg("The data is fit to publish.") if self.passed else msg("The data is not fit to publish.")
        counts = msg(
            "Critical rules broken: {critical}. Warnings: {warnings}. Rules that hold: {held}. No rows: {skipped}.",
            critical=len(critical),
            warnings=len(warned),
            skipped=len(skipped),
            held=sum(rule.success is True for rule in self.expectations),
        )
        lines = [f"{verdict.render(lang)} {counts.render(lang)}"]
        for rule in critical + warned:
            lines += ["", *_told(rule, lang)]
        if skipped:
            lines += ["", msg("No rows to look at: {rules}.", rules=", ".join(skipped)).render(lang)]
        return "\n".join(lines)


def run_checks(store: Store, expectations: Path, known_at: date | None = None) -> CheckResult:
    """The suites over the records as they were known on a day (None: now); the result is kept in the database.

    What the last check found of a suite still holds where neither the suite nor any row that it looks at has changed.

    Raises DataError when a suite is not what it should be, or a rule of it cannot be evaluated; then nothing is kept.
    """
    with store.reading(known_at) as con:
        con.execute("set variable check_date = ?", [known_at or today()])
        create_key_view(con)
        relations = _relation_digests(con, expectations)
        found = _still_holding(last_check(con), relations)
        if found.keys() != relations.keys() or not found:
            suites = [suite for suite in read_suites(expectations) if suite.name not in {NUMBERS, *found}]
            queries = [_query(con, suite) for suite in suites]
            frames = ((suite, con.execute(query).df()) for suite, query in zip(suites, queries, strict=True))
            for rule in evaluate(frames, _places(con)):
                found.setdefault(rule.suite, []).append(rule)
        result = CheckResult(
            now(),
            history.fingerprint(con),
            known_at,
            suites_digest(expectations),
            [rule for name in sorted(found) for rule in found[name]],
            relations,
            history.load_fingerprints(con),
        )
    with store.writing() as con:
        con.execute(
            "insert into checks select coalesce(max(check_id), 0) + 1, ?, ?, ?, ? from checks",
            [result.checked_at, result.fingerprint, result.passed, json.dumps(result.to_dict(), ensure_ascii=False)],
        )
    return result


def suites_digest(expectations: Path) -> str:
    """A hash of the suites: a check of the same data by other rules is another check."""
    digest = hashlib.sha256()
    for path in sorted(expectations.glob("*.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _relation_digests(con: DuckDBPyConnection, expectations: Path) -> dict[str, str]:
    """Suite -> a hash of its file and of every row of its relation; none for what is no suite of records."""
    digests = {}
    for path in sorted(expectations.glob("*.json")):
        relation = _relation_sql(path.stem)
        if relation is None:
            continue
        # a row's place is its load's content, for the same files may be loaded again
        rows = con.execute(
            "select count(*), sum(hash(seen))::varchar from (select rows.* exclude (load_id), l.fingerprint "
            f"from ({relation}) as rows left join known_loads as l using (load_id)) as seen"
        ).fetchall()
        digests[path.stem] = hashlib.sha256(path.read_bytes() + repr(rows).encode()).hexdigest()[:16]
    return digests


def _still_holding(last: dict[str, Any] | None, relations: dict[str, str]) -> dict[str, list[RuleResult]]:
    """Suite -> what the last check found of it, where that was of the same rows by the same rules."""
    if last is None:
        return {}
    known = last.get("relations", {})
    found: dict[str, list[RuleResult]] = {name: [] for name in relations if relations[name] == known.get(name)}
    for rule in last["expectations"]:
        if rule["suite"] in found:
            found[rule["suite"]].append(RuleResult.from_dict(rule))
    return found


def run_number_checks(frame: pd.DataFrame, expectations: Path) -> CheckResult:
    """The suite numbers.json over computed numbers, one row a number; kept nowhere.

    Columns: metric, unit, value, low, high, n, numerator, denominator, suppressed, note. Two more where they apply:
    funnel_order, 1, 2, 3 ... on the rows of a funnel that stand together (the suite sees the step before each as
    `wider_value`); parts_sum, on a total's row the sum of its parts. A suppressed number that the suite finds is told
    by metric and row, never by value.

    Raises DataError when the suite is missing or not what it should be.
    """
    import pandas as pd

    suite = next((suite for suite in read_suites(expectations) if suite.name == NUMBERS), None)
    if suite is None:
        raise DataError(
            msg(
                "{folder} holds no {file}, the rules for computed numbers.",
                folder=expectations.name,
                file=f"{NUMBERS}.json",
            )
        )
    seen = frame.reset_index(drop=True)
    for name in NUMBER_COLUMNS:
        seen[name] = pd.to_numeric(seen[name]).astype("float64") if name in seen else float("nan")
    seen["suppressed"] = seen["suppressed"].astype(bool)
    follows = seen["funnel_order"].diff() == 1
    seen["wider_value"] = seen["value"].shift().where(follows)
    suite.refuse_unknown_columns(list(seen.columns))
    results = evaluate([(suite, seen.assign(load_id=None, source_id=None, source_row=seen.index))], {})
    for row in (row for rule in results for row in rule.rows):
        if seen["suppressed"][row["row"]]:
            row["values"] = {"metric": seen["metric"][row["row"]]}
    return CheckResult(now(), None, None, suites_digest(expectations), results)


def last_check(con: DuckDBPyConnection) -> dict[str, Any] | None:
    """The newest check in the shape of `CheckResult.to_dict`, or None when there was none."""
    return next(_checks(con), None)


def _checks(con: DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """The checks, newest first, back to one by a version that did not keep whose rows broke a rule."""
    for (result,) in con.execute("select result from checks order by check_id desc").fetchall():
        check = json.loads(result)
        if "loads" not in check:
            return
        yield check


def last_check_of(con: DuckDBPyConnection, suppliers: Collection[str]) -> dict[str, Any] | None:
    """As `last_check`, of what these suppliers sent; None while any newest load of theirs has not been checked.

    `failed_rows` counts their rows. A rule about all rows together is about theirs too. `checked_at` is the moment of
    the first check that found this, so that it does not move when others send something.
    """
    checks = (_as_of_suppliers(check, suppliers) for check in _checks(con))
    last = next(checks, None)
    if last is None or last["loads"] != _of_these(history.load_fingerprints(con), suppliers):
        return None
    for earlier in checks:
        if {**earlier, "checked_at": last["checked_at"]} != last:
            break
        last = earlier
    return last


def _as_of_suppliers(check: dict[str, Any], suppliers: Collection[str]) -> dict[str, Any]:
    rules = [_rule_of_suppliers(rule, suppliers) for rule in check["expectations"]]
    return {
        "checked_at": check["checked_at"],
        "suites": check["suites"],
        "loads": _of_these(check["loads"], suppliers),
        "passed": not any(rule["success"] is False and rule["severity"] == "critical" for rule in rules),
        "expectations": rules,
    }


def _rule_of_suppliers(rule: dict[str, Any], suppliers: Collection[str]) -> dict[str, Any]:
    told = {name: rule[name] for name in ("suite", "id", "severity", "label", "failed_rows")}
    own = _of_these(rule["suppliers"], suppliers)
    if rule["suppliers"]:
        told["failed_rows"] = sum(own.values())
    # whether there were any rows at all depends on what others sent
    return told | {"suppliers": own, "success": rule["success"] is not False or bool(rule["suppliers"] and not own)}


def _of_these(found: Mapping[str, Any], suppliers: Collection[str]) -> dict[str, Any]:
    return {supplier: found[supplier] for supplier in sorted(suppliers) if supplier in found}


def _query(con: DuckDBPyConnection, suite: Suite) -> str:
    """SQL for the rows that a suite looks at, in the order of the files."""
    relation = _relation(suite)
    suite.refuse_unknown_columns([row[0] for row in con.execute(f"describe ({relation})").fetchall()])
    columns = ", ".join(f'"{name}"' for name in dict.fromkeys((*LINEAGE, *suite.columns)))
    return f"select {columns} from ({relation}) order by {', '.join(LINEAGE)}"


def _relation(suite: Suite) -> str:
    relation = _relation_sql(suite.name)
    if relation is None:
        problem = msg("{file} is no suite: there is no relation '{name}'.", file=suite.file, name=suite.name)
        known = {table.name for table in TABLES} | set(_checked_relations()) | {NUMBERS}
        raise DataError(with_guess(problem, suite.name, known))
    return relation


def _relation_sql(name: str) -> str | None:
    """SQL for the relation that the suite of this name looks at; None where there is no such relation of records."""
    if checked := _checked_relations().get(name):
        return checked
    return f"select * from {name}" if name in {table.name for table in TABLES} else None


@cache
def _checked_relations() -> dict[str, str]:
    return {
        Path(item.name).stem: item.read_text(encoding="utf-8")
        for item in (files("ppp_metrics") / "records" / "checked").iterdir()
        if item.name.endswith(".sql")
    }


def _places(con: DuckDBPyConnection) -> Places:
    """Load and source -> supplier, file and sheet."""
    rows = con.execute(
        "select load_id, source_id, supplier, file, sheet from known_loads left join sources using (load_id)"
    )
    return {(load_id, source_id): place for load_id, source_id, *place in rows.fetchall()}  # type: ignore[misc]


def _told(rule: RuleResult, lang: str) -> Iterator[str]:
    kind = msg("Critical") if rule.severity == "critical" else msg("Warning")
    yield f"{kind.render(lang)}: {rule.label.render(lang)} ({rule.id})"
    if not rule.rows:
        yield "  " + msg("found: {value}", value=rule.observed).render(lang)
        return
    failed, checked = format_number(rule.failed_rows, lang), format_number(rule.checked, lang)
    share = format_number(100 * rule.failed_rows / rule.checked, lang, 1)
    yield "  " + msg("{failed} of {checked} rows ({share} %)", failed=failed, checked=checked, share=share).render(lang)
    for row in rule.rows[:ROWS_IN_TEXT]:
        place = ", ".join(filter(None, (row["supplier"], row["file"], row["sheet"]))) or rule.suite
        values = ", ".join(f"{name} {'-' if value is None else value}" for name, value in row["values"].items())
        if row["row"] is None:
            yield f"  {place}: {values}"
        else:
            yield "  " + msg("{place}, row {row}: {values}", place=place, row=row["row"], values=values).render(lang)
    if rule.failed_rows > ROWS_IN_TEXT:
        more, most = format_number(rule.failed_rows - ROWS_IN_TEXT, lang), format_number(MOST_ROWS, lang)
        sentence = msg(
            "and {count} more: `ppp-metrics check --json` lists up to {most} of a rule.", count=more, most=most
        )
        yield "  " + sentence.render(lang)

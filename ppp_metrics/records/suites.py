"""The expectation suites as a data steward writes them: read, and refused where Great Expectations would stay silent.

Great Expectations drops an expectation whose type it does not know, gives a misspelt severity its default, and
evaluates a rule about a column that is not there as just another failure. Here each of these is a DataError that names
the file, the rule and the nearest right word.
"""

from __future__ import annotations

import ast
import json
import logging
import os
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Label, Message, msg, nearest
from ppp_metrics.light_imports import without_address_grammar

NUMBERS = "numbers"
"""The suite of the computed numbers; every other suite bears the name of a relation of records."""

SEVERITIES = ("critical", "warning")
ENTRY_KEYS = ("type", "kwargs", "severity", "meta")
META_KEYS = ("id", "nl", "en")
COLUMN_KWARGS = ("column", "column_A", "column_B", "column_list")
INTERNAL_FIELDS = {
    "id",
    "meta",
    "notes",
    "result_format",
    "description",
    "catch_exceptions",
    "rendered_content",
    "severity",
    "windows",
    "batch_id",
}


@dataclass(frozen=True)
class Rule:
    """One expectation. `columns` are those it reads, `shown` those that a failure is shown with beside them."""

    id: str
    suite: str
    type: str
    kwargs: dict[str, Any]
    severity: str
    label: Label
    columns: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Suite:
    """The rules of one relation, in the order of the file."""

    name: str
    file: str
    rules: tuple[Rule, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for rule in self.rules for name in (*rule.columns, *rule.shown)))

    def refuse_unknown_columns(self, known: Collection[str]) -> None:
        """Raises DataError for the first column that the relation does not have."""
        for rule in self.rules:
            for name in (*rule.columns, *rule.shown):
                if name not in known:
                    problem = msg(
                        "{file}: rule '{rule}' names the column '{column}', which {relation} does not have.",
                        file=self.file,
                        rule=rule.id,
                        column=name,
                        relation=self.name,
                    )
                    raise DataError(with_guess(problem, name, known))


def read_suites(folder: Path) -> list[Suite]:
    """The suites of a folder, ordered by name.

    Raises DataError when there are none, or for the first one that is not what it should be.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise DataError(
            msg("{folder} holds no suites. Put the *.json files of `ppp-metrics init` back.", folder=folder.name)
        )
    with quiet_great_expectations():
        types = usable_types()
        suites = [_read_suite(path, types) for path in paths]
    seen: dict[str, str] = {}
    for suite in suites:
        for rule in suite.rules:
            if rule.id in seen:
                raise DataError(
                    msg(
                        "{file}: the id '{rule}' is used already, in {other}. Give every rule its own.",
                        file=suite.file,
                        rule=rule.id,
                        other=seen[rule.id],
                    )
                )
            seen[rule.id] = suite.file
    return suites


@contextmanager
def quiet_great_expectations() -> Iterator[Any]:
    """Great Expectations, which in here logs, warns and sends nothing."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger, silence = logging.getLogger("great_expectations"), logging.NullHandler()
    propagates = logger.propagate
    logger.addHandler(silence)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with without_address_grammar():
                import great_expectations

            yield great_expectations
    finally:
        logger.propagate = propagates
        logger.removeHandler(silence)


def usable_types() -> dict[str, Any]:
    """Expectation type -> its class, for the types that look at rows or columns of a pandas frame."""
    from great_expectations.expectations import expectation
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )

    kinds = (
        expectation.ColumnMapExpectation,
        expectation.ColumnPairMapExpectation,
        expectation.MulticolumnMapExpectation,
        expectation.ColumnAggregateExpectation,
    )
    found = {name: get_expectation_impl(name) for name in list_registered_expectation_implementations()}
    row_counts = ("expect_table_row_count_to_be_between", "expect_table_row_count_to_equal")
    return {name: cls for name, cls in sorted(found.items()) if name in row_counts or issubclass(cls, kinds)}


def with_guess(message: Message, word: str, known: Iterable[str]) -> Message:
    """The message, followed by the known word that was probably meant, if any comes near."""
    guess = nearest(word, known)
    return msg("{problem} Did you mean '{guess}'?", problem=message, guess=guess) if guess else message


def _read_suite(path: Path, types: dict[str, Any]) -> Suite:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        problem = msg(
            "{file} is not JSON: line {line}, column {column}: {problem}.",
            file=path.name,
            line=error.lineno,
            column=error.colno,
            problem=error.msg,
        )
        raise DataError(problem) from None
    except UnicodeDecodeError:
        raise DataError(msg("{file} is not a text file in UTF-8.", file=path.name)) from None
    if not isinstance(document, dict) or not isinstance(document.get("expectations"), list):
        raise DataError(msg("{file} should be an object with a name and a list of expectations.", file=path.name))
    _refuse_unknown_keys(path.name, path.stem, document, ("name", "expectations", "meta", "notes", "id"))
    if document.get("name") != path.stem:
        raise DataError(
            msg(
                "{file} is called '{name}' inside. The name of a suite, and of its file, is its relation's.",
                file=path.name,
                name=document.get("name"),
            )
        )
    rules = tuple(
        _read_rule(path, number, entry, types) for number, entry in enumerate(document["expectations"], start=1)
    )
    return Suite(path.stem, path.name, rules)


def _read_rule(path: Path, number: int, entry: Any, types: dict[str, Any]) -> Rule:
    if not isinstance(entry, dict) or not isinstance(entry.get("meta"), dict):
        raise DataError(
            msg("{file}: expectation {number} has no meta with id, nl and en.", file=path.name, number=number)
        )
    meta, name = entry["meta"], str(entry["meta"].get("id") or number)
    _refuse_unknown_keys(path.name, name, entry, (*ENTRY_KEYS, "id", "notes", "description", "rendered_content"))
    _refuse_unknown_keys(path.name, name, meta, (*META_KEYS, "show"))
    for key, owner in [*((key, entry) for key in ENTRY_KEYS), *((key, meta) for key in META_KEYS)]:
        if not owner.get(key) and owner.get(key) != {}:
            raise DataError(msg("{file}: rule '{rule}' has no '{key}'.", file=path.name, rule=name, key=key))
    if str(entry["type"]) not in types:
        problem = msg(
            "{file}: rule '{rule}' has the type '{type}', which Great Expectations does not know for rows or columns.",
            file=path.name,
            rule=name,
            type=entry["type"],
        )
        raise DataError(with_guess(problem, str(entry["type"]), types))
    if entry["severity"] not in SEVERITIES:
        raise DataError(
            msg(
                "{file}: rule '{rule}' has the severity '{severity}'. It is critical or warning.",
                file=path.name,
                rule=name,
                severity=entry["severity"],
            )
        )
    _refuse_bad_kwargs(path.name, name, entry["kwargs"], types[entry["type"]])
    columns = [entry["kwargs"][key] for key in COLUMN_KWARGS if key in entry["kwargs"]]
    flat = [column for item in columns for column in (item if isinstance(item, list) else [item])]
    flat += _columns_of_condition(path.name, name, entry["kwargs"].get("row_condition"))
    return Rule(
        id=name,
        suite=path.stem,
        type=entry["type"],
        kwargs=entry["kwargs"],
        severity=entry["severity"],
        label=Label(en=str(meta["en"]), nl=str(meta["nl"])),
        columns=tuple(dict.fromkeys(flat)),
        shown=tuple(meta.get("show", ())),
    )


def _refuse_unknown_keys(file: str, rule: str, owner: dict[str, Any], known: Collection[str]) -> None:
    for key in owner:
        if key not in known:
            raise DataError(
                with_guess(
                    msg("{file}: '{rule}' has '{key}', which means nothing there.", file=file, rule=rule, key=key),
                    key,
                    known,
                )
            )


def _refuse_bad_kwargs(file: str, rule: str, kwargs: Any, cls: Any) -> None:
    from great_expectations.compatibility.pydantic import ValidationError

    if not isinstance(kwargs, dict):
        raise DataError(msg("{file}: the kwargs of rule '{rule}' should be an object.", file=file, rule=rule))
    _refuse_unknown_keys(file, rule, kwargs, cls.__fields__.keys() - INTERNAL_FIELDS)
    try:
        cls(**kwargs)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(
            msg(
                "{file}: rule '{rule}', {kwarg}: {problem}.",
                file=file,
                rule=rule,
                kwarg=first["loc"][0],
                problem=first["msg"],
            )
        ) from None


def _columns_of_condition(file: str, rule: str, condition: str | None) -> list[str]:
    """The names in a row_condition: each of them has to be a column, so that nothing else can be reached from it."""
    if condition is None:
        return []
    try:
        tree = ast.parse(condition, mode="eval")
    except (SyntaxError, ValueError, TypeError):
        raise DataError(
            msg(
                "{file}: the row_condition of rule '{rule}' cannot be read: {condition}",
                file=file,
                rule=rule,
                condition=condition,
            )
        ) from None
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]

"""A cell of text becomes a typed value: the SQL for each column of the model, with the macros of casting.sql."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ppp_metrics.language import Message
from ppp_metrics.records.model import Column, folded
from ppp_metrics.records.reader import quoted_text

NOTHING = (
    *("na", "n/a", "n.a.", "<na>", "null", "(null)", r"\n", "none", "nan", "nat", "n.v.t.", "n.v.t", "nvt"),
    *("-", "--", "---", "–", "—", ".", "(leeg)", "(blank)", "(empty)"),
)
"""What stands in a cell for nothing, in any column but the names of things: a partner may be called NA."""
UNKNOWN = ("onbekend", "unknown", "leeg", "?", "??", "n.b.", "nb", "n.n.b.", "nnb", "n.t.b.", "ntb", "tbd")
"""What stands for nothing only where a word can be nothing else: in an optional cell of a number, date or code."""

CLOSED_KINDS = ("date", "number", "integer", "boolean", "code")
"""The kinds of which a cell can be unreadable, so that few of them need a second look."""

Metrics = Mapping[str, Message]
"""The ids of the metrics that a target may be for, each with its name."""


def filled(column: Column, cell: str, *, every_word: bool = False) -> str:
    """SQL: a cell's text, null where it stands for nothing; looking for words with any first letter takes longer."""
    if column.form == "name":
        return f"cleaned({cell})"
    codes = {word for code in column.codes for word in (code.value, code.label.en, code.label.nl, *code.aliases)}
    known = set(map(folded, codes))
    words = (*NOTHING, *UNKNOWN) if column.kind in CLOSED_KINDS and not column.required else NOTHING
    pattern = quoted_text(f"^(?i:{'|'.join(re.escape(word) for word in words if word not in known)})$")
    text = f"{'filled_by_list' if every_word else 'filled'}({cell}, {pattern})"
    if column.form == "registration":
        return f"list_transform([{text}], lambda cell: case when not is_no_registration(cell) then cell end)[1]"
    return text


def typed(
    column: Column, habit: str = "null::varchar", metrics: Metrics | None = None, *, is_free: bool = False
) -> str:
    """SQL: the value of a filled cell. `habit` is how its column writes what can be read in two ways (`habits`).

    A free text has none where it tells of a person.
    """
    name = column.name
    match column.kind:
        case "date" | "number" | "integer":
            value = f"read_{column.kind}({name}, {habit})"
        case "boolean":
            value = f"read_boolean({name})"
        case "code":
            words = {c.value: (*c.aliases, c.label.nl, c.label.en, c.value) for c in reversed(column.codes)}
            value = _word(name, words)
        case _ if column.personal:
            value = f"pseudonym(read_text({name}))"
        case _ if column.form == "metric":
            value = name if metrics is None else _word(name, {metric_id: (metric_id,) for metric_id in metrics})
        case _ if column.form in ("registration", "period"):
            value = f"read_{column.form}({name})"
        case _ if name == "region_code" or column.references == "regions":
            value = f"upper(read_text({name}))"
        case _ if is_free:
            value = f"without_personal_data(read_text({name}))"
        case _:
            value = f"read_text({name})"
    return f"case when {name} is null then {quoted_text(column.default)} else {value} end" if column.default else value


def bad_bit(index: int, column: Column) -> str:
    """SQL: the column's bit where its cell is missing though required, or cannot be read."""
    if column.required:
        return f"case when typed_{column.name} is null then {1 << index}::bigint else 0 end"
    written = f"typed_{column.name} is null and {column.name} is not null"
    return f"case when {written} then {1 << index}::bigint else 0 end"


def _word(name: str, words: Mapping[str, Sequence[str]]) -> str:
    exact = ", ".join(quoted_text(value) for value in words)
    by_word = {folded(word): value for value, others in words.items() for word in others}
    pairs = ", ".join(f"{quoted_text(word)}: {quoted_text(value)}" for word, value in by_word.items())
    return f"coalesce(try_cast({name} as enum({exact}))::varchar, (map {{{pairs}}})[folded({name})])"

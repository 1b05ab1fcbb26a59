"""What a report's numbers do without, in a reader's words: suppliers, cells, days, and rows put aside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.records.model import BY_NAME
from ppp_metrics.reporting import words
from ppp_metrics.reporting.words import Number

if TYPE_CHECKING:
    from ppp_metrics.reporting.sections import Desk

UNREAD = re.compile(r"(?:(?P<lacked>\d+)(?: of (?P<total>\d+))?|some) (?P<cells>\w+) unread")
UNDATED = re.compile(r"(?:(?P<lacked>\d+)|some) without a date")
ROWS_ASIDE = "rows put aside: "
CELLS: Mapping[str, Label] = {
    "amounts": Label("amounts", "bedragen"),
    "dates": Label("dates", "datums"),
    "hours": Label("numbers of hours", "aantallen uren"),
    "numbers": Label("numbers", "getallen"),
    "answers": Label("answers", "antwoorden"),
    "codes": Label("choices", "keuzes"),
    "references": Label("references", "verwijzingen"),
}
"""What the cells are called that `metrics.lacking` counts."""


def cells_told(desk: Desk, numbers: Sequence[Number]) -> list[Message]:
    """What the numbers lack: a metric as a whole where it was asked for, else each of its groups."""
    asked: dict[str, list[Number]] = {}
    for each in numbers:
        asked.setdefault(each.metric.id, []).append(each)
    found = []
    for own in asked.values():
        whole = [each for each in own if not each.keys][:1]
        groups: dict[str, dict[str, None]] = {}
        for each in whole or own:
            for lacked in lacking(each):
                groups.setdefault(desk.say(lacked), {})[each.label] = None
        for text, labels in groups.items():
            told = {"metric": own[0].metric.label, "suppliers": text}
            if whole or len(labels) == len({each.label for each in own}):
                found.append(msg("{metric}: {suppliers}.", **told))
            else:
                found.append(msg("{metric} ({groups}): {suppliers}.", groups=desk.listed([*labels]), **told))
    return found


def rows_told(desk: Desk, numbers: Sequence[Number], already: set[str]) -> list[Message]:
    """The rows put aside of which the numbers know nothing, of the tables that are not `already` told of."""
    rows = {table: told for each in numbers for table, told in rows_aside(each, desk.lang).items()}
    told = [text for table, text in rows.items() if table not in already]
    already.update(rows)
    return [msg("Rows put aside and not counted: {rows}.", rows=desk.listed(told))] if told else []


def lacking(number: Number) -> list[Message]:
    """What the number does without: suppliers that never sent what it needs, cells not read, records without a day."""
    told = []
    for note in number.notes:
        if (found := words.WITHOUT.fullmatch(note)) and not number.is_unsent:
            told.append(
                msg(
                    "{lacking} of {total} suppliers never sent what this needs, and do not count in it",
                    lacking=found[1],
                    total=found[2],
                )
            )
        elif found := UNREAD.fullmatch(note):
            told.append(_unread(CELLS[found["cells"]], found["lacked"], found["total"]))
        elif found := UNDATED.fullmatch(note):
            told.append(
                msg("without a date, and so counted in no period: {count}", count=found["lacked"])
                if found["lacked"]
                else msg("some have no date, and so count in no period")
            )
    return told


def _unread(cells: Label, lacked: str | None, total: str | None) -> Message:
    if not lacked:
        return msg("some {cells} could not be read", cells=cells)
    if not total:
        return msg("could not be read: {cells} {lacked}", cells=cells, lacked=lacked)
    return msg("could not be read: {lacked} of {total} {cells}", cells=cells, lacked=lacked, total=total)


def rows_aside(number: Number, lang: str) -> dict[str, str]:
    """Table -> its name, with how many of its rows were put aside as a whole where that may be told."""
    parts = [
        part for note in number.notes if note.startswith(ROWS_ASIDE) for part in note[len(ROWS_ASIDE) :].split(", ")
    ]
    told = {}
    for part in parts:
        table, _, count = part.partition(" ")
        name = BY_NAME[table].label.render(lang)
        told[table] = f"{name} {count}" if count else name
    return told

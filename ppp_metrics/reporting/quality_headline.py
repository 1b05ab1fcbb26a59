"""The first screen of the report on the data themselves: five counts as cards, and one paragraph made from them."""

from __future__ import annotations

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.records.quality import OVERDUE, PARTLY, PutAside
from ppp_metrics.reporting.file_facts import NO_SUPPLIERS, NOT_CHECKED, FileFacts, critical
from ppp_metrics.reporting.headline import Card
from ppp_metrics.reporting.quality_sections import CELL, CELLS, ROW, ROWS
from ppp_metrics.reporting.sections import Words

RECORD, RECORDS = Label("record", "record"), Label("records", "records")
SUPPLIER, SUPPLIERS = Label("supplier", "leverancier"), Label("suppliers", "leveranciers")
Lines = list[tuple[Words, str, Words]]


def quality_cards(desk: FileFacts) -> list[Card]:
    """Records, rows and cells put aside, critical rules broken, suppliers overdue."""
    if desk.is_asking:
        return []
    files, verdicts, broken = desk.files, desk.suppliers_by_verdict(), desk.broken_rules()
    check = desk.last_check
    overdue, unused = len(verdicts.get(OVERDUE, [])), sum(each.unused for each in files.deliveries)
    return [
        _card(
            desk,
            msg("Records"),
            sum(each.records for each in files.deliveries),
            (RECORD, RECORDS),
            [
                (msg("suppliers"), desk.count(len(files.suppliers)), ""),
                (msg("repeats, counted once"), desk.count(sum(each.repeats for each in files.deliveries)), ""),
                *([(msg("not used by a mapping"), desk.count(unused), "")] if unused else []),
            ],
        ),
        _card(
            desk,
            msg("Rows put aside"),
            sum(files.once.values()),
            (ROW, ROWS),
            [
                (msg("from suppliers"), desk.count(len(files.once)), ""),
                *_about_people(desk, files.aside_of(rows=True, people=True)),
            ],
        ),
        _card(
            desk,
            msg("Cells put aside"),
            sum(each.count for each in desk.cells_aside()),
            (CELL, CELLS),
            [
                (msg("from suppliers"), desk.count(len({each.supplier for each in desk.cells_aside()})), ""),
                *_about_people(desk, files.aside_of(rows=False, people=True)),
            ],
        ),
        _card(
            desk,
            msg("Critical rules broken"),
            critical(broken) if check else None,
            (Label("rule", "regel"), Label("rules", "regels")),
            [
                (msg("warnings"), desk.count(len(broken) - critical(broken)), ""),
                (msg("rules checked"), desk.count(len(check["expectations"])), ""),
            ]
            if check
            else [],
        ),
        _card(
            desk,
            msg("Suppliers overdue"),
            overdue,
            (SUPPLIER, SUPPLIERS),
            [
                (msg("suppliers"), desk.count(len(files.suppliers)), ""),
                (msg("sent before the end"), desk.count(len(verdicts.get(PARTLY, []))), ""),
            ],
        ),
    ]


def tell_quality(desk: FileFacts, _: object) -> list[Message]:
    """What came in, what of it is of no use yet, and whom to ask."""
    if desk.is_asking:
        return []
    files = desk.files
    if not files.suppliers:
        return [NO_SUPPLIERS]
    verdicts, broken = desk.suppliers_by_verdict(), desk.broken_rules()
    told = [
        msg(
            "The newest deliveries of {suppliers} gave {records}.",
            suppliers=desk.amount(len(files.suppliers), SUPPLIER, SUPPLIERS),
            records=desk.amount(sum(each.records for each in files.deliveries), RECORD, RECORDS),
        ),
        msg(
            "Put aside, apart from what is about people: {rows} and {cells}.",
            rows=desk.amount(sum(files.once.values()), ROW, ROWS),
            cells=desk.amount(sum(each.count for each in desk.cells_aside()), CELL, CELLS),
        ),
    ]
    if not desk.last_check:
        told.append(NOT_CHECKED)
    elif critical(broken):
        told.append(
            msg(
                "Critical rules broken: {critical}; while they are, these data are not fit to publish.",
                critical=desk.count(critical(broken)),
            )
        )
    else:
        told.append(msg("They break no critical rule."))
    told.append(
        msg("Overdue: {suppliers}.", suppliers=desk.listed(verdicts[OVERDUE]))
        if OVERDUE in verdicts
        else msg("No supplier is overdue.")
    )
    told.append(
        msg(
            "Counted are the suppliers with issues in this region, and those of whom no issue could be placed. A file "
            "is not divided by region, so everything that they sent counts."
        )
    )
    return told


def _about_people(desk: FileFacts, aside: list[PutAside]) -> Lines:
    """How many were about people, for who may know."""
    if not desk.shows_people:
        return []
    return [(msg("about people"), desk.rows_shown((each.count for each in aside), is_about_people=True), "")]


def _card(desk: FileFacts, label: Words, value: int | None, named: tuple[Label, Label], lines: Lines) -> Card:
    one, many = named
    return Card(
        label=label,
        value=desk.say(msg("no check")) if value is None else desk.count(value),
        unit=one if value == 1 else many,
        is_number=value is not None,
        interval="",
        n="",
        missing="",
        comparisons=tuple(lines),
    )

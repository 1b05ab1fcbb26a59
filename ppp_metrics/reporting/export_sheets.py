"""What an export holds: its sheets and their fields, declared once for workbook, CSV files and descriptor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ppp_metrics.language import Label, Message, msg

TOTAL = "total"
"""The dimension, and the group, of a number that is sliced by none."""
EVERYTHING = "all"
"""The subset of a number that no condition limits."""
OBSERVED = "observed"
SHARES = ("rate", "comparison")
"""The kinds of metrics of which reports show numerators: shares of a count."""
MEASURES = ("value", "low", "high", "n", "numerator", "denominator")

Value = str | int | float | bool | None
Rows = list[dict[str, Value]]


@dataclass(frozen=True)
class Field:
    """A column: `width` in characters; what is not `required` may be empty."""

    name: str
    type: Literal["string", "integer", "number", "boolean"]
    title: Label
    description: Message
    width: int = 12
    required: bool = True


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook, or a CSV file; `key` are the fields that make a row one of its kind."""

    name: str
    description: Message
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()


NUMBERS = Sheet(
    "numbers",
    msg("Every number of the reports, a row each, rounded as the reports show it."),
    (
        Field(
            "metric_id",
            "string",
            Label("metric", "indicator (id)"),
            msg("The metric; `definitions` says what it is."),
            30,
        ),
        Field("metric_label", "string", Label("name", "naam"), msg("The metric's name."), 34),
        Field(
            "estimate",
            "string",
            Label("estimate", "schatting"),
            msg(
                "observed: the number as counted. Of themes compared also shrunken (towards all themes, more so the "
                "fewer issues), adjusted (for obligation, size of company, kind of innovation and province), "
                "incidence_12m (in use within 12 months of acceptance) and above_overall (the chance that the theme "
                "lies above all themes together)."
            ),
        ),
        Field("period", "string", Label("period", "periode"), msg("A quarter, such as 2026-Q3, or a year."), 10),
        Field(
            "region_code", "string", Label("region", "regio (code)"), msg("A NUTS code; areas below it count too."), 12
        ),
        Field("region_name", "string", Label("region's name", "naam van de regio"), msg("The region's name."), 20),
        Field(
            "dimension",
            "string",
            Label("dimension", "dimensie"),
            msg("By what the metric is sliced, several divided by /; total where it is not."),
            16,
        ),
        Field("group_code", "string", Label("group", "groep (code)"), msg("The dimension's value, or total."), 18),
        Field("group_label", "string", Label("group's name", "naam van de groep"), msg("That value's name."), 28),
        Field(
            "subset",
            "string",
            Label("subset", "deelverzameling"),
            msg(
                "all, or the conditions that limit what is counted: obligation=result. Several values are divided by "
                "|, several conditions by a semicolon."
            ),
            22,
        ),
        Field(
            "unit",
            "string",
            Label("unit", "eenheid"),
            msg("The unit of value, low, high and target; `definitions` has it in words."),
            8,
        ),
        Field(
            "value",
            "number",
            Label("value", "waarde"),
            msg("The number, in its unit; empty where note says why."),
            required=False,
        ),
        Field("low", "number", Label("low", "laag"), msg("Lower bound of the 95% interval."), required=False),
        Field("high", "number", Label("high", "hoog"), msg("Upper bound of the 95% interval."), required=False),
        Field(
            "n",
            "integer",
            Label("n", "n"),
            msg("How many stand behind the number; `definitions` says of what (counts)."),
            required=False,
        ),
        Field(
            "numerator",
            "integer",
            Label("numerator", "teller"),
            msg("Of a share of a count: how many meet its condition."),
            required=False,
        ),
        Field(
            "denominator",
            "integer",
            Label("denominator", "noemer"),
            msg("Of a share of a count: out of how many."),
            required=False,
        ),
        Field(
            "target",
            "number",
            Label("target", "streefwaarde"),
            msg("What was aimed for in this region and period, if anything."),
            required=False,
        ),
        Field(
            "suppressed",
            "boolean",
            Label("withheld", "afgeschermd"),
            msg("Whether the number is withheld, because it would say too much of few people or companies."),
        ),
        Field(
            "note",
            "string",
            Label("note", "opmerking"),
            msg(
                "suppressed: withheld. no_data: nobody sent what it needs, or there was nothing. too_few: too few for "
                "a value. not_reached: less than half of them got there. not_followed: fewer than ten could be "
                "followed so long. design effect 1.8: the interval is as of 1.8 times fewer, as those of one company "
                "or person are alike. few_themes: with fewer than five themes none is shrunken. mix, evidence: what it "
                "is made up of. without 1 of 6 suppliers: who never sent what it needs does not count. simpson: the "
                "adjusted rate lies on the other side of all themes together, and not by chance."
            ),
            40,
            required=False,
        ),
    ),
    ("metric_id", "estimate", "period", "region_code", "dimension", "group_code", "subset"),
)

DEFINITIONS = Sheet(
    "definitions",
    msg("What each metric is."),
    (
        Field("metric_id", "string", Label("metric", "indicator (id)"), msg("As in `numbers`."), 30),
        Field("metric_label", "string", Label("name", "naam"), msg("The metric's name."), 34),
        Field("definition", "string", Label("definition", "definitie"), msg("What is counted, and how."), 90),
        Field("unit", "string", Label("unit", "eenheid"), msg("As in `numbers`."), 8),
        Field("unit_label", "string", Label("unit's name", "naam van de eenheid"), msg("The unit in words."), 22),
        Field("counts", "string", Label("n counts", "n telt"), msg("What n counts."), 22),
        Field("window", "string", Label("window", "venster"), msg("The days that the metric looks at."), 50),
        Field("min_n", "integer", Label("least n", "kleinste n"), msg("With a smaller n there is no value."), 10),
        Field(
            "source",
            "string",
            Label("source", "bron"),
            msg("The relation it is counted in, and the columns without which a supplier's records do not count."),
            50,
        ),
    ),
    ("metric_id",),
)

ABOUT = Sheet(
    "about",
    msg("What the numbers were made from, when, and what was checked."),
    (
        Field("item", "string", Label("item", "onderdeel (code)"), msg("What the row says, for machines."), 22),
        Field("item_label", "string", Label("what", "wat"), msg("What the row says."), 34),
        Field(
            "subject",
            "string",
            Label("of", "van"),
            msg("Of whom or what: a region, a supplier, a rule."),
            28,
            required=False,
        ),
        Field("value", "string", Label("value", "waarde"), msg("What it is."), 60, required=False),
    ),
)

SHEETS = (NUMBERS, DEFINITIONS, ABOUT)

ITEMS: dict[str, Label] = {
    "network": Label("network", "netwerk"),
    "notice": Label("note", "let op"),
    "period": Label("period", "periode"),
    "as_of": Label("as of", "peildatum"),
    "edition": Label("edition", "editie"),
    "language": Label("language", "taal"),
    "region": Label("region", "regio"),
    "areas": Label("areas with data in", "gebieden met gegevens in"),
    "numbers": Label("numbers", "getallen"),
    "withheld": Label("numbers withheld", "afgeschermde getallen"),
    "load": Label("supplier's load", "lading van de leverancier"),
    "loaded": Label("loaded", "geladen"),
    "rows": Label("rows", "rijen"),
    "quarantined": Label("rows put aside", "rijen apart gezet"),
    "fingerprint": Label("fingerprint", "vingerafdruk"),
    "checked": Label("checked", "gecontroleerd"),
    "rules": Label("rules checked", "gecontroleerde regels"),
    "broken_critical": Label("critical rule broken, rows", "kritieke regel gebroken, rijen"),
    "broken_warning": Label("warning, rows", "waarschuwing, rijen"),
    "version": Label("version", "versie"),
}
"""What `about` says, in this order."""

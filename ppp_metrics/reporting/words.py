"""Numbers in a reader's words: with their unit, their interval and what came before, or why they are not there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ppp_metrics.language import Label, Message, format_number, msg
from ppp_metrics.metrics.contrasts import difference, exactly
from ppp_metrics.metrics.estimators import Estimate
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.periods import Period

DECIMALS = {"count": 0, "pct": 1, "points": 1, "sd": 2, "days": 0, "hours": 0, "eur": 0, "trl": 1}
WITHHELD = msg("withheld")
WITHHELD_MARK = "×"
"""Stands for that word where there is no room for it."""
QUARTERS = (msg("first quarter"), msg("second quarter"), msg("third quarter"), msg("fourth quarter"))


class Figure(str):
    """What a report says of a number, with the cell of which it is a part: so that a reader can look where it is from.

    `cell` is the place of the question among those of the report, and the group: `17/student`.
    """

    cell: str
    part: str

    def __new__(cls, text: str, cell: str, part: str) -> Figure:
        figure = super().__new__(cls, text)
        figure.cell, figure.part = cell, part
        return figure


@dataclass(frozen=True)
class Number:
    """One cell of a metric, after disclosure control; `keys` are its dimensions' values, `label` their names.

    `more` is what a metric says beyond the columns that all have; `cell` is what `Figure` calls it.
    """

    metric: Metric
    keys: tuple[str, ...]
    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    numerator: float | None
    denominator: float | None
    notes: tuple[str, ...]
    edition: str
    cell: str = ""
    more: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """The label as it begins a row."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def is_suppressed(self) -> bool:
        return "suppressed" in self.notes

    @property
    def is_absent(self) -> bool:
        """Nothing was there to count: for a section without data, which says so instead."""
        return not self.is_suppressed and not self.n

    @property
    def is_unknown(self) -> bool:
        """No records say anything of it: for a count, nobody sent what it needs; 0 would be an answer."""
        return "no_data" in self.notes

    @property
    def is_unsent(self) -> bool:
        """No supplier with records here ever sent what it needs: that is not the same as that there was nothing."""
        return any((found := WITHOUT.fullmatch(note)) and found[1] == found[2] for note in self.notes)


WITHOUT = re.compile(r"without (\d+) of (\d+) suppliers")


def plain(value: float, unit: str, lang: str) -> str:
    """The number alone: `39.4%`, `1,459`, `8.3`; a percentage bears its sign, other units are said beside."""
    rounded = round(value, DECIMALS[unit]) + 0.0
    text = format_number(abs(rounded), lang, DECIMALS[unit])
    return ("−" if rounded < 0 else "") + text + ("%" if unit == "pct" else "")


def shown(number: Number, lang: str) -> Figure:
    """The number, or the word for why there is none."""
    text = reason(number, lang) if number.value is None else plain(number.value, number.metric.unit, lang)
    return Figure(text, number.cell, "value")


def reason(number: Number, lang: str) -> str:
    """Why a number is not shown, in a word or two.

    What few people stand behind and what would give that away is called the same, so that neither can be told.
    """
    if number.is_suppressed:
        return WITHHELD.render(lang)
    if "too_few" in number.notes:
        return msg("too few").render(lang)
    if "not_reached" in number.notes:
        return msg("not reached yet").render(lang)
    return (msg("no data") if "no_data" in number.notes else msg("unknown")).render(lang)


def interval(number: Number, lang: str) -> str:
    """`34.3–44.8%`, or an empty text for a number without an interval."""
    if number.value is None or number.low is None or number.high is None:
        return ""
    unit = number.metric.unit
    # two negative bounds around a dash cannot be read
    joint = "–" if number.low >= 0 else msg(" to ").render(lang)
    return plain(number.low, unit, lang).removesuffix("%") + joint + plain(number.high, unit, lang)


def counted(number: Number, lang: str) -> Figure:
    """What n counts, and how many: a dash where that is withheld."""
    return Figure("–" if number.n is None else format_number(number.n, lang), number.cell, "n")


def numerator(number: Number, lang: str) -> Figure:
    """The numerator of a share: a dash where that is withheld."""
    text = "–" if number.numerator is None else format_number(number.numerator, lang)
    return Figure(text, number.cell, "numerator")


def change(now: Number, before: Number, lang: str) -> str:
    """`+12`, `−1.4`, `±0`: the difference with an earlier value, empty when one of them is not shown."""
    if now.value is None or before.value is None:
        return ""
    unit = now.metric.unit
    text = plain(now.value - before.value, unit, lang).removesuffix("%")
    if not re.search("[1-9]", text):
        return "±0"
    return text if text.startswith("−") else f"+{text}"


def largest(numbers: Sequence[Number]) -> list[Number]:
    """Those with the highest value that is shown; more than one where they are equal, none where nothing is shown."""
    most = max((number.value for number in numbers if number.value), default=None)
    return [number for number in numbers if most is not None and number.value == most]


def named(number: Number, lang: str) -> Number:
    """The number under its metric's name."""
    return replace(number, label=number.metric.label.render(lang))


def against_target(number: Number, target: float) -> Message:
    """Whether a target was reached; a difference from it that could be chance leaves that open."""
    if number.value is None:
        return msg("cannot be said")
    apart = difference(Estimate(number.value, number.low, number.high), exactly(target))
    if apart.low is not None and apart.high is not None and apart.low <= 0 <= apart.high:
        return msg("not certain")
    return msg("reached") if number.value >= target else msg("not reached")


def mix(number: Number, lang: str) -> str:
    """How a total is made up of obligations, which are never to be read as one success rate; empty where it is not."""
    note = next((note for note in number.notes if note.startswith("mix:")), "")
    if not note:
        return ""
    parts = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", note)}
    if not parts:
        return msg("Result and effort obligations stand together in this number.").render(lang)
    words = {
        "result": msg("result obligation"),
        "effort": msg("effort obligation"),
        "unknown": msg("obligation unknown"),
    }
    told = [f"{words[name].render(lang)} {format_number(count, lang)}" for name, count in parts.items()]
    return msg("Made up of: {parts}.", parts=", ".join(told)).render(lang)


def period_words(period: Period) -> Message:
    if period.quarter is None:
        return msg("the year {year}", year=period.year)
    return msg("the {quarter} of {year}", quarter=QUARTERS[period.quarter - 1], year=period.year)


def period_title(period: Period, lang: str) -> str:
    """As a title ends: without an article."""
    if period.quarter is None:
        return str(period.year)
    return msg("{quarter} of {year}", quarter=QUARTERS[period.quarter - 1], year=period.year).render(lang)


def amount(number: Number, one: Label, many: Label, lang: str) -> str:
    """`1 issue`, `12 issues`, `no issues`, `a withheld number of people`."""
    if number.value is None and not number.is_suppressed:
        return msg("an unknown number of {things}", things=many).render(lang)
    if number.value is None:
        return msg("a withheld number of {things}", things=many).render(lang)
    if number.value == 0:
        return msg("no {things}", things=many).render(lang)
    return f"{plain(number.value, number.metric.unit, lang)} {(one if number.value == 1 else many).render(lang)}"


def breakable(text: str) -> str:
    """The text with soft hyphens in long Dutch compounds: not every browser knows where those may break."""
    return re.sub(r"(?<=\w{6})(?=percentage|graad|verplichting|lerenden)", "\N{SOFT HYPHEN}", text)


def listed(names: Sequence[str], lang: str) -> str:
    """`a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return msg("{first} and {last}", first=", ".join(names[:-1]), last=names[-1]).render(lang)


def area_name(code: str, name: str, level: int | None, lang: str) -> str:
    """The name without the country that NUTS adds to tell namesakes apart; a country's in the reader's language."""
    if level == 0:
        from babel import Locale

        name = Locale(lang).territories.get({"EL": "GR", "UK": "GB"}.get(code, code), name)
    return re.sub(r" \([A-Z]{2}\)$", "", name)

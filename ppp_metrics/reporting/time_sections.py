"""The section about implementation over time: how many issues are in use after so many months, by obligation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.reporting.chart_rows import number_rows
from ppp_metrics.reporting.compared import Curve, Milestone, Theme
from ppp_metrics.reporting.curves import comparison_words, curves_by
from ppp_metrics.reporting.drawing import Drawing, draw
from ppp_metrics.reporting.incidence_charts import MONTHS, incidence_panels
from ppp_metrics.reporting.sections import Desk, Section, Table, in_one_session
from ppp_metrics.reporting.words import Number

LEAST_FOLLOWED = 5
"""Where fewer issues than this can still come into use, a curve ends."""

OBLIGATIONS: dict[str, Label] = {
    "result": Label("Result obligation", "Resultaatverplichting"),
    "effort": Label("Effort obligation", "Inspanningsverplichting"),
    "unknown": Label("Obligation unknown", "Verplichting onbekend"),
}
"""In the order in which they are drawn and told: never together."""

SHORT: dict[str, Label] = {
    "result": Label("Result", "Resultaat"),
    "effort": Label("Effort", "Inspanning"),
    "unknown": Label("Unknown", "Onbekend"),
}
"""Above a curve, where there is no room for more."""


@dataclass(frozen=True)
class Followed:
    """The issues under one obligation, over time; `median` in days."""

    code: str
    label: str
    after_one: Number
    after_two: Number
    median: Number


class TimeSections(Desk):
    """What happens to issues as time goes by."""

    @in_one_session
    def implementation_over_time(self) -> Section:
        """The cumulative incidence of implementation by obligation, with numbers at risk; closing competes with it."""
        title = msg("Implementation over time")
        one, two, median = (
            {number.keys[0]: number for number in self.numbers(metric_id, "obligation")}
            for metric_id in ("implementation_12m_pct", "implementation_24m_pct", "median_days_to_implementation")
        )
        every = [
            Followed(code, self.say(label), one[code], two[code], median[code])
            for code, label in OBLIGATIONS.items()
            if code in one
        ]
        if not every or all(each.after_one.is_unknown for each in every):
            return self.section("over-time", title, [NOTHING_KNOWN_OVER_TIME])
        curves = curves_by(self, "obligation", LEAST_FOLLOWED)
        drawn = [
            Theme(
                key=each.code,
                label=self._short(each),
                size=0,
                n="",
                rates=(),
                curve=curve,
                milestones=tuple(self._milestones(each, curve)),
            )
            for each in every
            if (curve := curves.get(each.code))
        ]
        return self.section(
            "over-time",
            title,
            [*self._over_time_told(every), *([HOW_IT_IS_COUNTED] if drawn else [])],
            (lambda *named: self._curves_drawn(named, drawn)) if drawn else None,
            msg(
                "Share in use by months after acceptance and by obligation, of the issues ever accepted, with its "
                "95% interval as a band. Below it: how many issues can still come into use. A grey line is another "
                "obligation."
            ),
            [self._shares_table(every), *self._at_risk_table(every, curves)],
        )

    def _short(self, each: Followed) -> str:
        """`Result (n = 20)`, which breaks before the bracket."""
        space = "\N{NO-BREAK SPACE}"
        return f"{self.say(SHORT[each.code])} (n{space}={space}{self.n_of(each.after_one)})"

    def _milestones(self, each: Followed, curve: Curve) -> Iterator[Milestone]:
        """What is known after one and after two years, as far as the curve goes; in the words of the table."""
        for month, number in ((12, each.after_one), (24, each.after_two)):
            for row in number_rows([number], self.lang):
                if MONTHS[month] <= curve.last_day:
                    when = self.say(msg("{count} months", count=month))
                    yield Milestone(MONTHS[month], row.value, {"title": f"{each.label}, {when}", **row.told})

    def _curves_drawn(self, named: tuple[str, ...], drawn: list[Theme]) -> Drawing:
        said = comparison_words(self)
        key, title, finding = named
        return draw(key, title, finding, lambda is_narrow: incidence_panels(drawn, said, is_narrow))

    def _over_time_told(self, every: list[Followed]) -> list[Message]:
        """A finding an obligation that is known; where none is, one of those that are not."""
        named = [each for each in every if each.code != "unknown"] or every
        told = [each for each in named if each.after_one.value is not None]
        found = [self._told_of(each) for each in told]
        without = [f"{each.label.lower()} ({self.shown(each.after_one)})" for each in named if each not in told]
        if without:
            found.append(msg("No share is given for: {obligations}.", obligations=self.listed(without)))
        return found

    def _told_of(self, each: Followed) -> Message:
        values = {
            "obligation": each.label,
            "n": self.n_of(each.after_one),
            "one": self.shown(each.after_one),
            "one_interval": self.interval(each.after_one) or "–",
        }
        if each.after_two.value is None:
            return msg(
                "{obligation}: of {n} issues {one} were in use 12 months after acceptance (95% interval "
                "{one_interval}).",
                **values,
            )
        half: Message | str = (
            msg("Not yet half of them have come into use.") if "not_reached" in each.median.notes else ""
        )
        if each.median.value is not None:
            half = msg("Half of them were in use after {days} days.", days=self.shown(each.median))
        return msg(
            "{obligation}: of {n} issues {one} were in use 12 months after acceptance (95% interval {one_interval}), "
            "and {two} after 24 months ({two_interval}). {half}",
            two=self.shown(each.after_two),
            two_interval=self.interval(each.after_two) or "–",
            half=half,
            **values,
        )

    def _shares_table(self, every: list[Followed]) -> Table:
        header = [
            msg("obligation"),
            msg("n"),
            msg("in use after 12 months"),
            msg("95% interval"),
            msg("in use after 24 months"),
            msg("95% interval"),
            msg("days until half are in use"),
            msg("95% interval"),
        ]
        rows = [
            [each.label, self.n_of(each.after_one)]
            + [
                cell
                for number in (each.after_one, each.after_two, each.median)
                for cell in (self.shown(number), self.interval(number) or "–")
            ]
            for each in every
        ]
        return Table(msg("Issues in use by obligation, of those ever accepted"), header, rows)

    def _at_risk_table(self, every: list[Followed], curves: Mapping[str, Curve]) -> list[Table]:
        rows = [
            [each.label, *(curve.at_risk.get(month, "–") for month in MONTHS)]
            for each in every
            if (curve := curves.get(each.code))
        ]
        months = [self.say(msg("{count} months", count=month)) for month in MONTHS]
        caption = msg("Issues that can still come into use, by months after acceptance")
        return [Table(caption, [msg("obligation"), *months], rows)] if rows else []


NOTHING_KNOWN_OVER_TIME = msg(
    "Of no issue in this region it is known when it was accepted and whether it came into use since."
)
HOW_IT_IS_COUNTED = msg(
    "Issues that were declined or stopped first can no longer come into use, and count as not in use. Issues that "
    "still run count for as long as they could be followed."
)

"""The sections that compare the areas of a country: without ranks, for most differences between them are chance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ppp_metrics.language import Message, format_number, msg
from ppp_metrics.reporting import words
from ppp_metrics.reporting.company_sections import SMALLER_AREAS
from ppp_metrics.reporting.funnel_plot import INNER_PCT, OUTER_PCT, FunnelPoint, FunnelWords, draw_funnel, limits_at
from ppp_metrics.reporting.issue_sections import NOTHING_KNOWN
from ppp_metrics.reporting.judged import average_told, groups_told
from ppp_metrics.reporting.sections import Desk, Section, Table, Words, in_one_session
from ppp_metrics.reporting.words import Number

BEYOND = {
    "outer": msg("outside the outer lines"),
    "inner": msg("between inner and outer lines"),
    "within": msg("within the lines"),
}
"""Where an area lies in the funnel."""


class AreaSections(Desk):
    """The provinces of a country side by side; other regions have none of these sections."""

    @in_one_session
    def area_rates(self) -> Section:
        """The implementation rate of each area with its interval, beside that of all together."""
        if not self._has_provinces:
            return self.made("", {"part": "section"})
        title = msg("Provinces side by side") if self.region == "NL" else msg("Areas side by side")
        numbers, total = self._rates()
        if not numbers or total.is_unknown:
            return self.section("area-rates", title, [NOTHING_KNOWN])
        told = [number for number in numbers if number.value is not None]
        findings: list[Words] = []
        if len(told) == 1:
            findings.append(msg("The share that was implemented can be shown for one: {name}.", name=told[0].label))
        elif told and total.value is not None:
            findings += [*average_told(self, total), *groups_told(self, numbers, "region2", total)]
            findings.append(msg("They stand in the order of their names: an order by rate would partly be chance."))
        else:
            findings.append(msg("For areas, the share that was implemented cannot be shown."))
        if mix := words.mix(total, self.lang):
            findings.append(mix)
        return self.section(
            "area-rates",
            title,
            [*findings, *self._areas_not_drawn(numbers)],
            self.intervals(told, total),
            self._rates_caption(total),
            [self.rate_table(self._rates_caption(total), msg("area"), numbers)],
        )

    @in_one_session
    def area_funnel(self) -> Section:
        """The rate of each area against its number of issues, between the limits of chance."""
        if not self._has_provinces:
            return self.made("", {"part": "section"})
        title = msg("Difference or chance")
        numbers, total = self._rates()
        told = [number for number in numbers if number.value is not None]
        if len(told) < 2 or total.value is None:
            return self.section(
                "area-funnel", title, [msg("There are too few areas whose share can be shown to compare them.")]
            )
        lies = {number.keys: self._lies(number, total.value) for number in told}
        said = FunnelWords(
            across=self.say(msg("issues that could be followed for a year")),
            up=self.say(msg("in use within a year")),
            overall=self.shown(total),
            inner=f"{format_number(INNER_PCT, self.lang)}%",
            outer=f"{format_number(OUTER_PCT, self.lang, 1)}%",
            count=self.count,
            percent=lambda value: f"{self.count(value)}%",
        )
        header = [msg("area"), msg("n"), msg("share"), msg("95% limits"), msg("99.8% limits"), msg("lies")]
        rows = [
            [number.heading, self.n_of(number), self.shown(number), *self._area_limits(number, total.value, lies)]
            for number in numbers
        ]
        points = [
            FunnelPoint(
                number.heading, number.n or 0, number.value, lies[number.keys] != "within", self._row_told(header, row)
            )
            for number, row in zip(numbers, rows, strict=True)
            if number.value is not None
        ]
        return self.section(
            "area-funnel",
            title,
            [*self._areas_judged(numbers, told, total, lies), *self._areas_not_drawn(numbers)],
            partial(draw_funnel, points=points, overall=total.value, words=said),
            msg(
                "Share in use within a year against the number of issues, each mark an area. The line in the middle "
                "is the average, {overall}; of areas that differ from it by mere chance, 95% lie within the dashed "
                "lines and 99.8% within the outer ones.",
                overall=self.shown(total),
            ),
            [Table(self._rates_caption(total), header, rows)],
        )

    def _row_told(self, header: Sequence[Message], row: Sequence[Words]) -> dict[str, str]:
        """What the tooltip of an area tells: its row of the table."""
        return {self.say(name): self.say(cell) for name, cell in zip(header[1:], row[1:], strict=True)}

    @property
    def _has_provinces(self) -> bool:
        level = self.area[1]
        return level is not None and SMALLER_AREAS.get(level) == "region2"

    def _rates(self) -> tuple[list[Number], Number]:
        """The rate of each area, by name, and that of all together."""
        return self.numbers("implementation_rate_pct", "region2"), self.number("implementation_rate_pct")

    def _rates_caption(self, total: Number) -> Message:
        return msg(
            "Share of issues accepted from {window} that were implemented within a year, by area of the company; "
            "average {overall}",
            window=self.window(total.metric),
            overall=self.shown(total),
        )

    def _lies(self, number: Number, overall: float) -> str:
        """Where an area lies: one of the keys of `BEYOND`."""
        value = number.value or 0
        inner, outer = limits_at(overall, number.n or 1)
        if not outer[0] <= value <= outer[1]:
            return "outer"
        return "within" if inner[0] <= value <= inner[1] else "inner"

    def _areas_judged(
        self, numbers: list[Number], told: list[Number], total: Number, lies: dict[tuple[str, ...], str]
    ) -> list[Words]:
        """Which areas differ by more than chance, and which lie where few do by chance."""
        found: list[Words] = [*groups_told(self, numbers, "region2", total)]
        outside = [number for number in told if lies[number.keys] != "within"]
        if outside:
            found.append(
                msg(
                    "Outside the dashed lines: {areas}. Of {count} areas {expected} lie there on average by chance "
                    "alone.",
                    areas=self.listed([f"{each.label} ({self.shown(each)})" for each in outside]),
                    count=len(told),
                    expected=format_number(len(told) * (100 - INNER_PCT) / 100, self.lang, 1),
                )
            )
        found.append(
            msg(
                "With few issues, chance makes a rate high or low by much; with many, by little. What differs by more "
                "has some cause, such as other themes or obligations: the chart does not say which."
            )
        )
        if mix := words.mix(total, self.lang):
            found.append(mix)
        return found

    def _areas_not_drawn(self, numbers: list[Number]) -> list[Words]:
        """The areas that the chart lacks, and why."""
        withheld = [number.label for number in numbers if number.is_suppressed]
        few = [number.label for number in numbers if number.value is None and not number.is_suppressed]
        found: list[Words] = []
        if few:
            found.append(msg("Not drawn, for too few issues: {areas}.", areas=self.listed(few)))
        if withheld:
            found.append(msg("Not drawn, because withheld: {areas}.", areas=self.listed(withheld)))
        return found

    def _area_limits(self, number: Number, overall: float, lies: dict[tuple[str, ...], str]) -> list[Words]:
        if number.value is None:
            return ["–", "–", "–"]
        shown = [
            f"{words.plain(low, 'pct', self.lang).removesuffix('%')}–{words.plain(high, 'pct', self.lang)}"
            for low, high in limits_at(overall, number.n or 1)
        ]
        return [*shown, BEYOND[lies[number.keys]]]

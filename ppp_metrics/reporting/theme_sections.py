"""The section that compares themes: which lead to implemented solutions, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ppp_metrics.language import Message, msg
from ppp_metrics.reporting import words
from ppp_metrics.reporting.charts import Row
from ppp_metrics.reporting.compared import Curve, Theme
from ppp_metrics.reporting.comparison_charts import draw_comparison
from ppp_metrics.reporting.curves import comparison_words, curves_by
from ppp_metrics.reporting.drawing import Drawing
from ppp_metrics.reporting.incidence_charts import MONTHS, MOST_CURVES
from ppp_metrics.reporting.issue_sections import MOST_ROWS, NOTHING_KNOWN
from ppp_metrics.reporting.judged import groups_told
from ppp_metrics.reporting.sections import Desk, Section, Table, in_one_session
from ppp_metrics.reporting.words import Figure, Number

RATES: dict[str, Message] = {
    "crude": msg("As it is"),
    "shrunken": msg("Shrunken"),
    "adjusted": msg("Adjusted"),
}
"""The three rates of a theme, in the order in which they are drawn."""

WHAT_SHRUNKEN_MEANS = msg(
    "The shrunken rate draws a theme towards the average, and more so the fewer issues it has: a high or low rate of "
    "few issues is often chance."
)


class ThemeSections(Desk):
    """Themes side by side."""

    @in_one_session
    def themes(self) -> Section:
        """The implementation rate of each theme, shrunken as far as chance may have made it differ, with intervals."""
        title = msg("Themes")
        numbers = self.numbers("theme_comparison", "theme")
        total = self.number("implementation_rate_pct")
        if not numbers or all(number.is_unknown for number in numbers):
            return self.section("themes", title, [NOTHING_KNOWN])
        told = [self._as_drawn(number) for number in numbers if number.value is not None]
        is_shrunken = any(number.more["shrunken_pct"] is not None for number in told)
        most = sorted(told, key=lambda each: -(each.n or 0))[:MOST_ROWS]
        findings = self._themes_told(told, numbers, total)
        if is_shrunken:
            findings.append(WHAT_SHRUNKEN_MEANS)
        if few := [number.heading for number in numbers if "too_few" in number.notes]:
            findings.append(msg("Too few issues for a rate: {themes}.", themes=self.listed(few)))
        if len(most) < len(told):
            findings.append(_largest_drawn(len(most), numbers))
        caption = msg(
            "Share of issues accepted from {window} that were in use within a year, shrunken, with 95% intervals",
            window=self.window(total.metric),
        )
        table = self._shrunken_table(numbers, total)
        return self.section(
            "themes",
            title,
            findings,
            self.intervals([each for each in told if each in most], total),
            caption if is_shrunken else table.caption,
            [table],
        )

    def _as_drawn(self, number: Number) -> Number:
        """With the rate a theme is drawn by: the shrunken one, which few issues cannot carry far, else the crude."""
        value, low, high = rate_of(number, "shrunken" if number.more["shrunken_pct"] is not None else "crude")
        return replace(number, value=value, low=low, high=high)

    def _themes_told(self, told: Sequence[Number], numbers: Sequence[Number], total: Number) -> list[Message]:
        if len(told) > 1:
            return groups_told(self, numbers, "theme", total)
        if len(told) == 1:
            return [msg("The share that was implemented can be shown for one: {name}.", name=told[0].label)]
        if total.is_suppressed or any(number.is_suppressed for number in numbers):
            return [
                msg("Of each theme there are too few issues to say which share was implemented, or it is withheld.")
            ]
        return [msg("Each theme has too few issues to say which share was implemented.")]

    def _shrunken_table(self, numbers: Sequence[Number], total: Number) -> Table:
        """A row a theme: the rate as it is beside the shrunken one, where there are enough issues."""
        header = [msg("theme"), msg("of which yes"), msg("n"), RATES["crude"], msg("95% interval"), RATES["shrunken"]]
        rows = [
            [
                number.heading,
                self.numerator(number),
                self.n_of(number),
                self.shown(number),
                self.interval(number) or "–",
                self._estimate(*rate_of(number, "shrunken")) if number.more["shrunken_pct"] is not None else "–",
            ]
            for number in numbers
        ]
        caption = msg(
            "Share of issues accepted from {window} that were implemented within a year, with 95% intervals",
            window=self.window(total.metric),
        )
        return Table(caption, header, rows)

    @in_one_session
    def theme_comparison(self) -> Section:
        """The crude, shrunken and adjusted rate of each theme, and its cumulative incidence with numbers at risk."""
        title = msg("Which themes lead to solutions in use")
        numbers = self.numbers("theme_comparison", "theme")
        total = self.number("implementation_rate_pct")
        if not numbers or all(number.is_unknown for number in numbers):
            return self.section("theme-comparison", title, [NOTHING_KNOWN])
        curves = curves_by(self, "theme")
        told = [number for number in numbers if any(rate_of(number, kind)[0] is not None for kind in RATES)]
        most = sorted(told, key=lambda each: -(each.n or 0))[:MOST_ROWS]
        drawn = [self._drawn(number, f"t{at}", curves) for at, number in enumerate(told) if number in most]
        return self.section(
            "theme-comparison",
            title,
            [*self._told(numbers, told, total), *self._left_out(numbers, told, drawn)],
            (lambda *named: self._drawing(named, drawn, total, curves)) if drawn else None,
            self._comparison_caption(total),
            [self._rates_table(numbers, total), *self._incidence_tables(numbers, curves)],
        )

    def _drawn(self, number: Number, key: str, curves: Mapping[str, Curve]) -> Theme:
        # a chart is no more precise than its table
        rates = ([each and round(each, 1) for each in rate_of(number, kind)] for kind in RATES)
        return Theme(
            key=key,
            label=number.heading,
            size=int(number.n or 0),
            n=self.n_of(number),
            rates=tuple(
                None if value is None else Row("", value, self._estimate(value, low, high), low, high)
                for value, low, high in rates
            ),
            curve=curves.get(number.keys[0]),
        )

    def _drawing(self, named: tuple[str, str, str], drawn: list[Theme], total: Number, curves: Mapping) -> Drawing:
        key, title, finding = named
        overall = f"{self.say(msg('average'))} {self.shown(total)}"
        said = comparison_words(self, tuple(map(self.say, RATES.values())), overall)
        over_time = self.say(self._over_time(drawn))
        rate = total.value and round(total.value, 1)
        return draw_comparison(key, title, finding, themes=drawn, overall=rate, words=said, over_time=over_time)

    # --- words --------------------------------------------------------------------------------------------------------

    def _told(self, numbers: Sequence[Number], told: Sequence[Number], total: Number) -> list[Message | str]:
        """The findings, the first of which is also what the chart says to who cannot see it."""
        if len(told) < 2 or total.value is None:
            return [msg("There are too few themes whose share can be shown to compare them.")]
        found: list[Message | str] = [*groups_told(self, numbers, "theme", total)]
        found += [self._paradox(number, total) for number in told if "simpson" in number.notes]
        if any(number.more["shrunken_pct"] is not None for number in told):
            found.append(WHAT_SHRUNKEN_MEANS)
        if any(number.more["adjusted_pct"] is not None for number in told):
            found.append(
                msg(
                    "The adjusted rate is the rate a theme would have if its issues had the average mix of "
                    "obligation, size of company, kind of innovation and province. It makes the comparison fairer; "
                    "it does not prove a cause."
                )
            )
        if mix := words.mix(total, self.lang):
            found.append(mix)
        return found

    def _paradox(self, number: Number, total: Number) -> Message:
        """A theme whose crude and adjusted rates point to different sides."""
        values = {
            "theme": number.heading,
            "crude": self.shown(number),
            "adjusted": self._pct(number.more["adjusted_pct"]),
            "overall": self.shown(total),
        }
        if (number.value or 0) > (total.value or 0):
            return msg(
                "{theme} changes sides: as it is its rate lies above the average ({crude} against {overall}), "
                "adjusted it lies below ({adjusted}). The kind of issues it has can explain its high rate.",
                **values,
            )
        return msg(
            "{theme} changes sides: as it is its rate lies below the average ({crude} against {overall}), adjusted "
            "it lies above ({adjusted}). The kind of issues it has can explain its low rate.",
            **values,
        )

    def _left_out(self, numbers: Sequence[Number], told: Sequence[Number], drawn: Sequence[Theme]) -> list[Message]:
        found = []
        few = [number.label for number in told if "too_few" in number.notes]
        if few:
            found.append(
                msg(
                    "Too few issues for a rate as it is, so that chance decides much: {themes}.",
                    themes=self.listed(few),
                )
            )
        unadjusted = [
            number.label for number in told if number.more["adjusted_pct"] is None and number.label not in few
        ]
        if unadjusted and len(unadjusted) < len(told):
            found.append(
                msg(
                    "No adjusted rate can be given for {themes}: its issues differ too little.",
                    themes=self.listed(unadjusted),
                )
            )
        if len(drawn) < len(told):
            found.append(_largest_drawn(len(drawn), numbers))
        if len([theme for theme in drawn if theme.curve]) > MOST_CURVES:
            found.append(
                msg("Curves are drawn of {count} of the themes shown: those with the most issues.", count=MOST_CURVES)
            )
        if withheld := len([number for number in numbers if number.is_suppressed]):
            found.append(
                msg(
                    "Withheld, because few companies stand behind them or because they would give such a theme away: "
                    "{count}.",
                    count=self.count(withheld),
                )
            )
        return found

    def _over_time(self, drawn: Sequence[Theme]) -> Message:
        after = [
            f"{theme.label} {self._pct(theme.curve.on(MONTHS[12])[0])}"
            for theme in drawn
            if theme.curve and theme.curve.last_day >= MONTHS[12]
        ]
        if not after:
            return msg("No theme could be followed for 12 months.")
        return msg("In use 12 months after acceptance: {parts}.", parts=self.listed(after))

    def _comparison_caption(self, total: Number) -> Message:
        return msg(
            "Above: share of issues accepted from {window} that were in use within a year, with 95% intervals; the "
            "dashed line is the average. Below: share in use so many months after acceptance, over the issues ever "
            "accepted. Declined and stopped issues count as not in use; issues that still run count for as long as "
            "they could be followed.",
            window=self.window(total.metric),
        )

    # --- tables -------------------------------------------------------------------------------------------------------

    def _rates_table(self, numbers: Sequence[Number], total: Number) -> Table:
        header = [
            msg("theme"),
            msg("n"),
            *RATES.values(),
            msg("chance to lie above average"),
            msg("remark"),
        ]
        rows = [
            [
                number.heading,
                self.n_of(number),
                self._crude(number),
                self._estimate(*rate_of(number, "shrunken")),
                self._estimate(*rate_of(number, "adjusted")),
                self._chance(number.more["above_overall_pct"]),
                msg("changes sides") if "simpson" in number.notes else "",
            ]
            for number in numbers
        ]
        caption = msg(
            "Share of issues accepted from {window} that were in use within a year, with 95% intervals; average "
            "{overall}",
            window=self.window(total.metric),
            overall=self.shown(total),
        )
        return Table(caption, header, rows)

    def _crude(self, number: Number) -> Figure:
        if number.value is None:
            return self.shown(number)
        return Figure(self._estimate(*rate_of(number, "crude")), number.cell, "value")

    def _incidence_tables(self, numbers: Sequence[Number], curves: Mapping[str, Curve]) -> list[Table]:
        followed = [(number.heading, curves[number.keys[0]]) for number in numbers if number.keys[0] in curves]
        if not followed:
            return []
        months = [self.say(msg("{count} months", count=month)) for month in MONTHS]
        shares = [
            [
                label,
                *(
                    self._estimate(*curve.on(day)) if day <= curve.last_day else "–"
                    for month, day in MONTHS.items()
                    if month
                ),
            ]
            for label, curve in followed
        ]
        at_risk = [[label, *(curve.at_risk.get(month, "–") for month in MONTHS)] for label, curve in followed]
        return [
            Table(
                msg("Share in use by months after acceptance, with 95% intervals"), [msg("theme"), *months[1:]], shares
            ),
            Table(
                msg("Issues that can still come into use, by months after acceptance"), [msg("theme"), *months], at_risk
            ),
        ]

    def _pct(self, value: float | None) -> str:
        return "–" if value is None else words.plain(value, "pct", self.lang)

    def _chance(self, value: float | None) -> str:
        """A chance that is neither none nor all is not rounded to that."""
        if value is None or 0.1 <= value <= 99.9:
            return self._pct(value)
        return f"<{self._pct(0.1)}" if value < 50 else f">{self._pct(99.9)}"

    def _estimate(self, value: float | None, low: float | None, high: float | None) -> str:
        """`41.2% (30.1–52.9%)`."""
        if value is None or low is None or high is None:
            return self._pct(value)
        return f"{self._pct(value)} ({self._pct(low).removesuffix('%')}–{self._pct(high)})"


def rate_of(number: Number, kind: str) -> tuple[float | None, float | None, float | None]:
    """Value, low and high of one of a theme's three rates."""
    if kind == "crude":
        return number.value, number.low, number.high
    return number.more[f"{kind}_pct"], number.more[f"{kind}_low"], number.more[f"{kind}_high"]


def _largest_drawn(count: int, numbers: Sequence[Number]) -> Message:
    """How many themes a chart shows; which has the most issues nobody says of those that are withheld."""
    if any(number.is_suppressed for number in numbers):
        return msg("The chart shows {count} of the themes shown in the table: those with the most issues.", count=count)
    return msg("The chart shows the {count} themes with the most issues; the table has them all.", count=count)

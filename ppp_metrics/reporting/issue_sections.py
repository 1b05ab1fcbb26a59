"""The sections about issues: how far they came, by obligation and by kind of innovation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from ppp_metrics.language import Message, msg
from ppp_metrics.periods import Period
from ppp_metrics.reporting import words
from ppp_metrics.reporting.charts import Panel, draw_bars, draw_columns
from ppp_metrics.reporting.judged import average_told, groups_told
from ppp_metrics.reporting.quarters import history
from ppp_metrics.reporting.sections import Desk, Section, Table, in_one_session
from ppp_metrics.reporting.words import Number

STEPS: dict[str, Message] = {
    "issues_proposed_count": msg("Proposed"),
    "issues_accepted_count": msg("Accepted"),
    "solutions_delivered_count": msg("Delivered"),
    "solutions_implemented_count": msg("Implemented"),
}
FUNNEL_STEPS: dict[str, Message] = {
    "cohort_proposed_count": msg("Proposed"),
    "cohort_accepted_count": msg("Accepted"),
    "cohort_delivered_count": msg("Delivered"),
    "cohort_implemented_count": msg("Implemented"),
    "cohort_embedded_count": msg("Embedded"),
}
MOST_ROWS = 20
"""Of more groups than this a chart shows those with the most issues; the table has them all."""

NOTHING_KNOWN = msg("Of no issue that could be followed for a year it is known whether it led to a solution in use.")


class IssueSections(Desk):
    """What became of the issues of a region; each method is one section."""

    @in_one_session
    def funnel(self) -> Section:
        """How far the issues came that had a year or more to get there: from proposed to embedded."""
        title = msg("From question to solution in use")
        steps = [replace(self.number(metric_id), label=self.say(label)) for metric_id, label in FUNNEL_STEPS.items()]
        window = self.window(steps[0].metric)
        if steps[0].value == 0:
            return self.section(
                "funnel", title, [msg("No issues were proposed in this region from {window}.", window=window)]
            )
        rate = self.number("implementation_rate_pct")
        findings = [
            msg(
                "How far the issues came that were proposed from {window}: {steps}.",
                window=window,
                steps=self._steps_told(steps),
            ),
            *self._steps_unknown(steps),
            msg(
                "They had a year or more to get there. Implemented means brought into use by the company, or made "
                "available to its users; embedded, that the solution is in use for good. No day is kept of that, so "
                "it is what the partners last said of it."
            ),
        ]
        if rate.value is not None:
            findings += [
                msg(
                    "Of the {n} issues accepted from {window}, {share} were implemented within a "
                    "year (95% interval {interval}). {mix}",
                    n=self.n_of(rate),
                    window=self.window(rate.metric),
                    share=self.shown(rate),
                    interval=self.interval(rate),
                    mix=words.mix(rate, self.lang),
                )
            ]
        caption = msg("Issues proposed from {window}, by the steps they reached", window=window)
        rows = self.bar_rows(steps)
        return self.section(
            "funnel",
            title,
            findings,
            partial(draw_bars, rows=rows) if rows else None,
            caption,
            [self.count_table(caption, [msg("step"), msg("issues")], steps)],
        )

    @in_one_session
    def by_quarter(self) -> Section:
        """The four steps in each of the last twelve quarters."""
        title = msg("Quarter by quarter")
        series = {self.say(label): history(self, metric_id) for metric_id, label in STEPS.items()}
        quarters = list(next(iter(series.values())))
        begun = [
            at
            for at, quarter in enumerate(quarters)
            if not all(counts[quarter].is_absent for counts in series.values())
        ]
        if not begun:
            return self.section(
                "quarters", title, [msg("No issues were proposed in this region in the last three years.")]
            )
        quarters = quarters[begun[0] :]
        current = 1 if self.period.quarter else 4
        latest = [replace(counts[quarters[-1]], label=label) for label, counts in series.items()]
        panels = [
            Panel(
                f"{step.label}: {self.shown(step)}" if current == 1 and not step.is_suppressed else step.label,
                tuple(counts[quarter].value for quarter in quarters),
            )
            for step, counts in zip(latest, series.values(), strict=True)
            if any(counts[quarter].value is not None for quarter in quarters)
        ]
        rows = [
            [quarter.short(self.lang), *(self.shown(counts[quarter]) for counts in series.values())]
            for quarter in reversed(quarters)
        ]
        return self.section(
            "quarters",
            title,
            [
                msg(
                    "In {quarter}: {steps}.",
                    quarter=words.period_words(quarters[-1]),
                    steps=self._steps_told(latest),
                ),
                *self._steps_unknown(latest),
                *self._quarters_withheld(series.values()),
                msg("Quarters differ with the school year: compare a quarter with the same one a year earlier."),
            ],
            partial(
                draw_columns,
                ticks=[str(quarter.year) if quarter.quarter == 1 else "" for quarter in quarters],
                panels=panels,
                current=current,
                number_text=self.count,
                names=[quarter.short(self.lang) for quarter in quarters],
            )
            if panels
            else None,
            msg("Issues a quarter, the panels on one scale. The columns that stand out are the period of this report."),
            [Table(msg("Issues by quarter"), [msg("quarter"), *series], rows)],
        )

    @in_one_session
    def obligations(self) -> Section:
        """Result and effort obligations, each with its own promise, never in one rate."""
        title = msg("Result and effort obligations")
        by = {number.keys[0]: number for number in self.numbers("implementation_rate_pct", "obligation")}
        met, learned = self.number("result_obligation_met_pct"), self.number("effort_learning_reached_pct")
        numbers = [
            replace(number, label=self.say(label))
            for label, number in (
                (msg("Result obligation: implemented"), by.get("result")),
                (msg("Result obligation: solution accepted"), met),
                (msg("Effort obligation: implemented"), by.get("effort")),
                (msg("Effort obligation: learning measured"), learned),
            )
            if number is not None and not number.is_absent
        ]
        if not numbers:
            is_known = not any(number.is_unsent for number in (met, learned, self.number("implementation_rate_pct")))
            nothing = msg("No accepted issue that could be followed for a year has a known obligation.")
            return self.section(
                "obligations", title, [nothing if is_known else " ".join(self._promises_kept(met, learned))]
            )
        caption = msg("Share of issues accepted from {window}, with 95% intervals", window=self.window(met.metric))
        return self.section(
            "obligations",
            title,
            [
                " ".join(self._promises_kept(met, learned)),
                msg(
                    "A result obligation promises a solution; an effort obligation promises work and learning. They "
                    "are judged apart, each by its own promise."
                ),
            ],
            self.intervals(numbers),
            caption,
            [self.rate_table(caption, msg("promise"), numbers)],
        )

    @in_one_session
    def kinds(self) -> Section:
        """Product, process and service innovations."""
        title = msg("Products, processes and services")
        numbers = self.numbers("implementation_rate_pct", "innovation_type")
        if not numbers:
            return self.section("kinds", title, [NOTHING_KNOWN])
        shown = [number for number in numbers if not number.is_suppressed]
        findings = [
            msg(
                "Of the issues accepted from {window}, this many were about these kinds of innovation: {parts}.",
                window=self.window(numbers[0].metric),
                parts=self.listed([f"{number.label} {self.count(number.denominator)}" for number in shown]),
            )
            if shown
            else msg("How many issues were about which kind of innovation is withheld.")
        ]
        if 0 < len(shown) < len(numbers):
            findings.append(msg("The numbers of some kinds are withheld."))
        if len([number for number in numbers if number.value is not None]) > 1:
            rate = self.number("implementation_rate_pct")
            findings += [*average_told(self, rate), *groups_told(self, numbers, "innovation_type", rate)]
        new = self.number("new_to_market_pct")
        if new.value is not None:
            findings.append(
                msg(
                    "Of the {n} solutions that came into use in the last four quarters and of which it is known how "
                    "new "
                    "they are, {share} were new to the market (95% interval {interval}).",
                    n=self.n_of(new),
                    share=self.shown(new),
                    interval=self.interval(new),
                )
            )
        return self.section(
            "kinds",
            title,
            findings,
            self.intervals(numbers),
            self._rate_caption(),
            [self.rate_table(self._rate_caption(), msg("kind of innovation"), numbers)],
        )

    def _quarters_withheld(self, series: Iterable[Mapping[Period, Number]]) -> list[Message]:
        if not any(number.is_suppressed for counts in series for number in counts.values()):
            return []
        return [
            msg(
                "A quarter without a column is withheld, or nothing happened in it. Where the table says withheld, "
                "that can be nothing, too."
            )
        ]

    def _steps_told(self, steps: list[Number]) -> str:
        return self.listed([f"{step.label.lower()} {self.shown(step)}" for step in steps if not step.is_unknown])

    def _steps_unknown(self, steps: list[Number]) -> list[Message]:
        unknown = [step.label.lower() for step in steps if step.is_unknown]
        return [msg("Nothing was delivered on: {steps}.", steps=self.listed(unknown))] if unknown else []

    def _rate_caption(self) -> Message:
        return msg(
            "Share of issues accepted from {window} that were implemented within a year, with 95% intervals",
            window=self.window(self.metrics["implementation_rate_pct"]),
        )

    def _promises_kept(self, met: Number, learned: Number) -> list[str]:
        """What came of the promise of each obligation, or why that is not said."""
        found = []
        if met.value is not None:
            found.append(
                msg(
                    "Under a result obligation, the company accepted a solution in {share} of {n} issues.",
                    share=self.shown(met),
                    n=self.n_of(met),
                )
            )
        elif met.is_unsent:
            found.append(msg("Whether companies accepted the solutions is not recorded."))
        elif met.is_suppressed:
            found.append(msg("In which share of issues under a result obligation a solution was accepted is withheld."))
        else:
            found.append(msg("Too few issues are under a result obligation to give a share: {n}.", n=self.n_of(met)))
        if learned.value is not None:
            found.append(
                msg(
                    "Under an effort obligation, learning was measured in {share} of {n} issues.",
                    share=self.shown(learned),
                    n=self.n_of(learned),
                )
            )
        elif learned.is_unsent:
            found.append(msg("Whether people learned from the issues is not recorded."))
        elif learned.is_suppressed:
            found.append(msg("In which share of issues under an effort obligation learning was measured is withheld."))
        else:
            few = msg("Too few issues are under an effort obligation to give a share: {n}.", n=self.n_of(learned))
            found.append(few)
        return list(map(self.say, found))

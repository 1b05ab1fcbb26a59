"""The section about the flow of assignments: what companies proposed against what was agreed with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ppp_metrics.language import Message, format_number, msg
from ppp_metrics.reporting.flow_charts import Flow, draw_flow
from ppp_metrics.reporting.sections import Desk, Section, Table, Words, in_one_session
from ppp_metrics.reporting.words import Figure, Number


class FlowSections(Desk):
    """Whether the issues come that agreements promise."""

    @in_one_session
    def assignment_flow(self) -> Section:
        """Issues proposed under agreements against the assignments these commit to, by quarter over two years."""
        title = msg("Flow of assignments")
        total = self.number("assignment_flow_pct")
        before = self.numbers("assignment_flow_pct", "quarter", period=self.period.year_earlier)
        quarters = [*before, *self.numbers("assignment_flow_pct", "quarter")]
        variation, guarantee = self.number("assignment_flow_cv_pct"), self.number("quality_guarantee_pct")
        findings = [*self._flow_told(total), *self._steadiness_told(variation), *self._guarantee_told(guarantee)]
        if total.is_absent and not quarters:
            return self.section("flow", title, findings)
        caption = msg("Issues proposed under agreements, and the assignments that these commit to, by quarter")
        flows = [Flow(each.label, each.numerator, each.denominator, self._flow_of(each)) for each in quarters]
        is_drawn = any(flow.agreed is not None for flow in flows)
        return self.section(
            "flow",
            title,
            findings,
            partial(
                draw_flow,
                flows=flows,
                came=self.say(msg("proposed")),
                agreed=self.say(msg("agreed")),
                current=1 if self.period.quarter else 4,
                number_text=self.count,
            )
            if is_drawn
            else None,
            caption,
            [self._quarters_table(caption, quarters), self._flow_table(total, variation, guarantee)],
        )

    def _flow_of(self, quarter: Number) -> dict[str, str]:
        """What the tooltip of a quarter tells: the same words as in the table."""
        return {
            self.say(msg("proposed")): self.numerator(quarter),
            self.say(msg("agreed")): self._agreed(quarter),
            self.say(msg("share")): self.shown(quarter),
        }

    def _flow_told(self, total: Number) -> list[Message]:
        if total.is_suppressed:
            return [msg("How many issues came of what was agreed is withheld.")]
        if total.is_unsent:
            return [msg("How many assignments were agreed, or which issues belong to them, is not recorded.")]
        if total.value is None:
            return [msg("No agreement that commits to a number of assignments was in force in these four quarters.")]
        return [
            msg(
                "From {window}, {came} issues were proposed under agreements that commit to {agreed} assignments: "
                "{share}.",
                window=self.last_year(),
                came=self.numerator(total),
                agreed=self._agreed(total),
                share=self.shown(total),
            ),
            msg("An agreement counts for the days that it is in force, so what is agreed need not be a whole number."),
        ]

    def _steadiness_told(self, variation: Number) -> list[Message]:
        if variation.value is None:
            return []
        return [
            msg(
                "Over the last {n} quarters the number of issues proposed varied by {share} of its mean (standard "
                "deviation). Lower is steadier; the school year makes for some of it.",
                n=self.n_of(variation),
                share=self.shown(variation),
            )
        ]

    def _guarantee_told(self, guarantee: Number) -> list[Message]:
        if guarantee.value is None:
            return []
        return [
            msg(
                "Of the {n} result agreements in force, {share} have a quality guarantee.",
                n=self.n_of(guarantee),
                share=self.shown(guarantee),
            )
        ]

    def _quarters_table(self, caption: Message, quarters: Sequence[Number]) -> Table:
        header = [msg("quarter"), msg("proposed"), msg("agreed"), msg("share")]
        rows = [[each.label, self.numerator(each), self._agreed(each), self.shown(each)] for each in reversed(quarters)]
        return Table(caption, header, rows)

    def _flow_table(self, *numbers: Number) -> Table:
        rows: list[list[Words]] = [[each.metric.label, self.shown(each), self.n_of(each)] for each in numbers]
        return Table(msg("Agreements in numbers"), [msg("measure"), msg("value"), msg("n")], rows)

    def _agreed(self, number: Number) -> Figure:
        """The assignments committed to: a dash where that is withheld."""
        text = "–" if number.denominator is None else format_number(number.denominator, self.lang, 1)
        return Figure(text, number.cell, "denominator")

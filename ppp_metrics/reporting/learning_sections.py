"""The sections about learning: who took part, what they learned, what stayed, and what they told of it."""

from __future__ import annotations

from functools import partial

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.records.codes import CYCLES, ROLES
from ppp_metrics.reporting import words
from ppp_metrics.reporting.charts import draw_bars
from ppp_metrics.reporting.judged import groups_told
from ppp_metrics.reporting.sections import Desk, Section, Table, Words, in_one_session
from ppp_metrics.reporting.words import Number

PERSON, PEOPLE = Label("person", "persoon"), Label("people", "mensen")
NO_MEASUREMENTS = msg("No learning measurements were delivered for this region and period.")
GAINS = ("learning_gain_mean", "learning_gain_g", "improved_share_pct")


class LearningSections(Desk):
    """What was learned while working on issues; each method is one section."""

    @in_one_session
    def participants(self) -> Section:
        """People who worked on issues, by role."""
        title = msg("Who took part")
        total = self.number("participants_count")
        if total.is_absent:
            return self.section(
                "participants", title, [msg("No participations were delivered for this region and period.")]
            )
        roles = self.numbers("participants_count", "role")
        told = [each for each in roles if each.value is not None]
        most = words.largest(roles)
        people = words.amount(total, PERSON, PEOPLE, self.lang)
        finding = msg("{people} worked on an issue from {window}.", people=people, window=self.last_year())
        if most:
            finding = msg(
                "{people} worked on an issue from {window}. {largest}",
                people=people,
                window=self.last_year(),
                largest=self._largest_groups(most, is_whole=len(told) == len(roles)),
            )
        findings = [finding]
        lifelong, hours = self.number("lifelong_learners_count"), self.number("learning_hours")
        if lifelong.value is not None:
            findings.append(
                msg("Lifelong learners among them, that is everyone but students: {count}.", count=self.shown(lifelong))
            )
        if hours.value is not None:
            findings.append(
                msg("Together they worked {hours} hours on issues, as far as hours are known.", hours=self.shown(hours))
            )
        if len(told) < len(roles):
            findings.append(
                msg(
                    "Groups of 1 to 4 people are withheld, and what would give these away, so that nobody can be "
                    "recognised."
                )
            )
        caption = msg("Participants by role, {window}", window=self.last_year())
        rows = self.bar_rows(roles)
        return self.section(
            "participants",
            title,
            findings,
            partial(draw_bars, rows=rows) if rows else None,
            caption,
            [
                self.count_table(caption, [msg("role"), msg("people")], roles),
                self.number_table(
                    msg("Participation, {window}", window=self.last_year()),
                    [words.named(each, self.lang) for each in (total, lifelong, hours)],
                ),
            ],
        )

    def _largest_groups(self, most: list[Number], *, is_whole: bool) -> Message:
        """Which role most people have; of what is withheld nobody says that it is less."""
        values = {"role": self.listed([each.label for each in most]), "count": self.shown(most[0])}
        if not is_whole:
            return msg("The largest group that may be shown: {role} ({count}).", **values)
        if len(most) > 1:
            return msg("The largest groups: {role} ({count} each).", **values)
        return msg("The largest group: {role} ({count}).", **values)

    @in_one_session
    def gains_by_role(self) -> Section:
        """The learning gain of each role, from measurements before and after."""
        return self._gains("gains-role", msg("Learning gain by role"), "role", msg("role"))

    @in_one_session
    def gains_by_competence(self) -> Section:
        """The learning gain in each competence, from measurements before and after."""
        return self._gains("gains-competence", msg("Learning gain by competence"), "competence", msg("competence"))

    @in_one_session
    def gains_by_design(self) -> Section:
        """Measured before and after, or judged afterwards: two ways of measuring that are never pooled."""
        title = msg("Two ways of measuring, kept apart")
        measured = {name: {each.keys[0]: each for each in self.numbers(name, "design")} for name in GAINS}
        gains = measured["learning_gain_mean"]
        if not gains:
            return self.section("gains-design", title, [NO_MEASUREMENTS])
        parts = [f"{each.label} {self.shown(each)}" for each in gains.values()]
        tables = [
            self.number_table(
                gain.heading,
                [words.named(measured[name][design], self.lang) for name in GAINS if design in measured[name]],
            )
            for design, gain in gains.items()
        ]
        return self.section(
            "gains-design",
            title,
            [
                msg("Mean gain in points of 100: {parts}.", parts=self.listed(parts)),
                msg(
                    "Who looks back afterwards judges differently from who is measured before and after. The two are "
                    "never added up."
                ),
            ],
            self.intervals(list(gains.values())),
            msg(
                "Mean gain in points of 100 by way of measuring, with 95% intervals, {window}; n counts people",
                window=self.last_year(),
            ),
            tables,
        )

    @in_one_session
    def retention(self) -> Section:
        """How much of what was gained was still there at a later measurement, each way of measuring by itself."""
        title = msg("What stayed")
        kept = self.numbers("learning_retention_pct", "design")
        if not kept:
            return self.section(
                "retention", title, [msg("No third measurements were delivered for this region and period.")]
            )
        shown = [each for each in kept if each.value is not None]
        told = [self._retained(each) for each in shown]
        told += [
            msg(
                "{design}: it is not certain that there was a gain, so nothing can be said to have stayed of it.",
                design=each.heading,
            )
            for each in kept
            if "no_gain" in each.notes
        ]
        caption = msg(
            "Gain at a later measurement as a share of the gain right after, with 95% intervals, {window}; n counts "
            "people",
            window=self.last_year(),
        )
        return self.section(
            "retention",
            title,
            [
                " ".join(map(self.say, told))
                or (
                    msg("How much stayed is withheld.")
                    if any(each.is_suppressed for each in kept)
                    else msg("Too few people were measured a third time to say how much stayed.")
                ),
                msg("This is known only of people who were measured a third time; others may have kept more, or less."),
            ],
            self.intervals(kept),
            caption,
            [self.number_table(caption, kept)],
        )

    def _retained(self, number: Number) -> Message:
        """What share stayed, and what its interval says of that."""
        values = {"design": number.heading, "share": self.shown(number)}
        if number.low is None or number.high is None:
            return msg(
                "{design}: {share} of the gain was still there later; the gain is too small to say how sure that is.",
                **values,
            )
        values["interval"] = self.interval(number)
        if number.high < 100:
            return msg("{design}: {share} of the gain was still there later (95% interval {interval}).", **values)
        return msg(
            "{design}: {share} of the gain was still there later (95% interval {interval}): whether any was lost "
            "cannot be said.",
            **values,
        )

    @in_one_session
    def value_cycles(self) -> Section:
        """How far the stories of value reach, by cycle."""
        title = msg("Stories of value")
        cycles = self.numbers("value_cycle_reach_pct", "cycle")
        if all(each.is_absent for each in cycles):
            return self.section("cycles", title, [msg("No value stories were delivered for this region and period.")])
        finding = msg("Too few people told a story to show how far these reach.")
        if most := words.largest(cycles):
            values = {"cycle": self.listed([each.label for each in most]), "share": self.shown(most[0])}
            finding = msg("Most people told a story about this cycle of value: {cycle} ({share}).", **values)
            if any(each.value is None for each in cycles):
                finding = msg(
                    "Of the cycles of value that may be shown, most people told a story about: {cycle} ({share}).",
                    **values,
                )
            elif len(most) > 1:
                finding = msg("Most people told a story about these cycles of value: {cycle} ({share} each).", **values)
        findings = [finding]
        if any(each.is_suppressed for each in cycles):
            findings.append(
                msg("Cycles of which 1 to 4 people told a story are withheld, and what would give these away.")
            )
        caption = msg(
            "People with a story in each cycle of value, as a share of people with any story, {window}",
            window=self.last_year(),
        )
        return self.section(
            "cycles",
            title,
            findings,
            self.intervals(cycles),
            caption,
            [self.rate_table(caption, msg("cycle of value"), cycles)],
        )

    @in_one_session
    def stories(self) -> Section:
        """What people told of what taking part was worth, as far as they agreed to that; nothing where nobody did."""
        from ppp_metrics.metrics.stories import stories

        with self.session() as con:
            told = stories(con, self.period, region=self.region, edition=self.edition, today=self.today)
        cycles = {code.value: code.label for code in CYCLES}
        roles = {code.value: code.label for code in ROLES}
        if not told:
            return Section("", {"part": "stories"})
        return self.render(
            "stories",
            title=msg("In their own words"),
            sentences=[
                msg(
                    "The newest story of each cycle of value. Its teller agreed that it is shown, and somebody read it "
                    "first."
                ),
                msg("Who told it is not said; the role only where at least 5 people with it told a story."),
            ],
            stories=[
                (
                    story.text,
                    " · ".join(self.say(each) for each in (cycles[story.cycle], roles.get(story.role or "")) if each),
                )
                for story in told
            ],
        )

    def _gains(self, key: str, title: Message, dimension: str, first: Words) -> Section:
        gains = self.numbers("learning_gain_mean", dimension)
        total = self.number("learning_gain_mean")
        if total.is_absent:
            return self.section(key, title, [NO_MEASUREMENTS])
        findings = self._gain_findings(gains, dimension, total)
        if any(each.value is None for each in gains):
            findings.append(
                msg(
                    "Not shown: groups with fewer than {n} people, and what would give these away.",
                    n=total.metric.min_n,
                )
            )
        header = [first, msg("gain in points"), msg("95% interval"), msg("n")]
        rows = [[each.heading, self.shown(each), self.interval(each) or "–", self.n_of(each)] for each in gains]
        return self.section(
            key,
            title,
            findings,
            self.intervals(gains, total),
            self._gain_caption(),
            [Table(self._gain_caption(), header, rows)],
        )

    def _gain_findings(self, gains: list[Number], dimension: str, total: Number) -> list[Message]:
        if total.is_suppressed:
            return [msg("The mean gain is withheld.")]
        if total.value is None:
            return [msg("Too few people were measured before and after to give a mean gain.")]
        mean = msg(
            "On average people gained {mean} points of 100 (95% interval {interval}).",
            mean=self.shown(total),
            interval=self.interval(total) or "–",
        )
        told = [each for each in gains if each.value is not None]
        return [mean, *(groups_told(self, gains, dimension, total) if len(told) > 1 else [])]

    def _gain_caption(self) -> Message:
        return msg(
            "Mean gain in points of 100 of people measured before and after, with 95% intervals, {window}; n counts "
            "people",
            window=self.last_year(),
        )

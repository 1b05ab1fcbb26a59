"""The sections about cooperation: who works together, where, and which capabilities are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ppp_metrics.language import Message, msg
from ppp_metrics.reporting.charts import Row, draw_bars
from ppp_metrics.reporting.judged import average_told, groups_told
from ppp_metrics.reporting.sections import Desk, Section, Table, in_one_session
from ppp_metrics.reporting.words import Number


class CooperationSections(Desk):
    """Roles, schools, workplaces and capabilities that come together on issues."""

    @in_one_session
    def cooperation(self) -> Section:
        """Roles together on an issue, vocational with applied education, and what companies contribute."""
        title = msg("Who works together")
        roles, schools, paid, cash = map(
            self.number,
            (
                "cross_role_issues_pct",
                "vocational_applied_cooperation_pct",
                "cofinancing_pct",
                "cofinancing_cash_pct",
            ),
        )
        shares = [
            replace(number, label=self.say(label))
            for label, number in (
                (msg("Three roles or more"), roles),
                (msg("Vocational with applied education"), schools),
            )
        ]
        findings = [*self._teams_told(roles, schools), *self._contributions_told(paid, cash)]
        everything = [replace(each, label=self.say(each.metric.label)) for each in (roles, schools, paid, cash)]
        caption = msg(
            "Share of the issues on which people worked, {window}, with 95% intervals", window=self.last_year()
        )
        is_known = not all(each.is_absent for each in everything)
        return self.section(
            "cooperation",
            title,
            findings,
            self.intervals(shares),
            caption,
            [self.number_table(msg("Cooperation in numbers"), everything)] if is_known else (),
        )

    def _teams_told(self, roles: Number, schools: Number) -> list[Message]:
        if roles.is_unknown:
            return [msg("No participants were reported for this region in these four quarters.")]
        if roles.is_suppressed:
            return [msg("On which share of the issues several roles worked together is withheld.")]
        if roles.value is None:
            return [msg("There are too few issues on which people worked to give shares.")]
        found = [
            msg(
                "On {share} of the {n} issues that people worked on from {window}, three roles or more came together "
                "(95% interval {interval}): students, teachers, researchers, experts, or people of companies.",
                share=self.shown(roles),
                n=self.n_of(roles),
                window=self.last_year(),
                interval=self.interval(roles),
            )
        ]
        if schools.value is not None:
            found.append(
                msg(
                    "On {share} of them people of a vocational institution and of a university of applied sciences "
                    "worked together ({interval}).",
                    share=self.shown(schools),
                    interval=self.interval(schools),
                )
            )
        return found

    def _contributions_told(self, paid: Number, cash: Number) -> list[Message]:
        if paid.is_suppressed:
            return [msg("What companies contribute is withheld.")]
        if paid.value is None:
            return [msg("What companies contribute to partnerships in this region is not known."), *self._wider()]
        found = [
            msg(
                "Companies bring {share} of what members of partnerships are known to contribute in cash and in kind.",
                share=self.shown(paid),
            )
        ]
        if cash.value is not None:
            found.append(msg("In cash, companies bring {share} of that total.", share=self.shown(cash)))
        return found

    @in_one_session
    def workplaces(self) -> Section:
        """Where issues are worked on: open ones and the implementation rate, by kind of workplace and by workplace."""
        title = msg("Workplaces and communities")
        rates = {each.keys: each for each in self.numbers("implementation_rate_pct", "workplace_type")}
        running = {each.keys: each for each in self.numbers("issues_open_count", "workplace_type")}
        own = self.numbers("implementation_rate_pct", "workplace")
        if not {*rates, *running} - {("unknown",)}:
            return self.section("workplaces", title, [msg("No issue in this region names the workplace it was in.")])
        caption = msg(
            "Share of issues accepted from {window} that were implemented within a year, with 95% intervals",
            window=self.window(self.metrics["implementation_rate_pct"]),
        )
        header = [msg("kind of workplace"), msg("open now"), msg("of which yes"), msg("n"), msg("share")]
        rows = [
            [
                (rates.get(keys) or running[keys]).heading,
                self.shown(running[keys]) if keys in running else "0",
                *self._rate_row(rates.get(keys)),
            ]
            for keys in dict.fromkeys([*rates, *running])
        ]
        return self.section(
            "workplaces",
            title,
            self._workplaces_told(list(rates.values()), list(running.values())),
            self.intervals(list(rates.values())),
            caption,
            [
                Table(caption, [*header, msg("95% interval")], rows),
                *([self.rate_table(msg("The same by workplace"), msg("workplace"), own)] if own else []),
            ],
        )

    def _rate_row(self, rate: Number | None) -> list[str]:
        if rate is None:
            return ["0", "0", "–", "–"]
        return [self.numerator(rate), self.n_of(rate), self.shown(rate), self.interval(rate) or "–"]

    def _workplaces_told(self, rates: Sequence[Number], running: Sequence[Number]) -> list[Message]:
        placed = [each for each in rates if each.keys != ("unknown",)]
        shown = [each for each in placed if not each.is_suppressed]
        is_open = [each for each in running if each.keys != ("unknown",) and not each.is_suppressed]
        found = []
        if shown:
            found.append(
                msg(
                    "Of the issues accepted from {window}, these numbers were worked on in these kinds of workplace "
                    "or community: {parts}.",
                    window=self.window(shown[0].metric),
                    parts=self.listed([f"{each.label} {self.n_of(each)}" for each in shown]),
                )
            )
            found += [
                msg("The workplace of {n} issues is unknown.", n=self.n_of(each))
                for each in rates
                if each not in placed and not each.is_suppressed
            ]
        if is_open:
            found.append(
                msg(
                    "Open now, by kind of workplace or community: {parts}.",
                    parts=self.listed([f"{each.label} {self.shown(each)}" for each in is_open]),
                )
            )
        if not found:
            found.append(msg("How many issues were worked on in which kind of workplace is withheld."))
        elif any(each.is_suppressed for each in (*placed, *running)):
            found.append(msg("Some of these numbers are withheld; the table tells which."))
        told = [each for each in placed if each.value is not None]
        if len(told) > 1:
            rate = self.number("implementation_rate_pct")
            found += [
                *average_told(self, rate),
                *groups_told(self, placed, "workplace_type", rate),
                msg(
                    "A difference between workplaces may come from the issues they get, such as more result "
                    "obligations: it does not prove a better way."
                ),
            ]
        return found

    @in_one_session
    def capabilities(self) -> Section:
        """Which of the four capabilities the education partners of partnerships bring, and which are missing."""
        title = msg("Capabilities that are missing")
        total = self.number("capability_coverage_pct")
        numbers = self.numbers("capability_coverage_pct", "capability")
        if total.is_suppressed:
            hidden = msg("Which capabilities education partners bring is withheld.")
            return self.section("capabilities", title, [hidden])
        if total.value is None:
            unknown = msg("We do not know which capabilities the partners in this region bring.")
            return self.section("capabilities", title, [unknown, *self._wider()])
        nowhere = [each.label for each in numbers if each.numerator == 0]
        withheld = [each.label for each in numbers if each.is_suppressed]
        somewhere = [each for each in numbers if each.numerator and each.numerator < (each.denominator or 0)]
        findings = []
        if nowhere:
            findings.append(
                msg(
                    "Education partners bring this to none of the {n} partnerships of which it is known: {names}.",
                    n=self.n_of(total),
                    names=self.listed(nowhere),
                )
            )
        if somewhere:
            lacking = [f"{each.label} ({self._of_all(each)})" for each in somewhere]
            said = (
                msg("Of the capabilities shown, these are missing at some partnerships: {names}.")
                if withheld
                else msg("Not every partnership has these: {names}.")
            )
            findings.append(Message(said.text, {"names": self.listed(lacking)}))
        if withheld:
            findings.append(msg("Withheld: {names}.", names=self.listed(withheld)))
        if not findings:
            findings.append(
                msg(
                    "No capability is missing: education partners bring all four to each of the {n} partnerships of "
                    "which "
                    "it is known.",
                    n=self.n_of(total),
                )
            )
        findings.append(
            msg(
                "On average, education partners bring {share} of the four capabilities to a partnership: research, "
                "teacher professionalisation, business development and project management.",
                share=self.shown(total),
            )
        )
        caption = msg("Partnerships to which education partners bring a capability, on the last day of the period")
        bars = [
            Row(each.heading, each.numerator or 0, self._of_all(each)) for each in numbers if not each.is_suppressed
        ]
        header = [msg("capability"), msg("partnerships that have it"), msg("partnerships"), msg("share")]
        rows = [[each.heading, self.numerator(each), self.n_of(each), self.shown(each)] for each in numbers]
        draw = partial(draw_bars, rows=bars) if bars else None
        return self.section("capabilities", title, findings, draw, caption, [Table(caption, header, rows)])

    def _wider(self) -> list[Message]:
        """Where else a part of a country can look: the region of a partnership is all of the area that it works in."""
        if not self.area[1]:
            return []
        return [msg("Partnerships that reach beyond this region count in the report of the larger area.")]

    def _of_all(self, number: Number) -> str:
        """`5 of 6`."""
        return self.say(msg("{part} of {whole}", part=self.numerator(number), whole=self.n_of(number)))

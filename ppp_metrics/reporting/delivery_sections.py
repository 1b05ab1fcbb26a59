"""The sections about time: when suppliers sent what, and what is open or kept for too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ppp_metrics.language import Message, format_date, msg
from ppp_metrics.records.quality import LOADED, OPEN_YEARS, OVERDUE, PARTLY, QUIET, SECOND_MEASUREMENT_DAYS
from ppp_metrics.reporting.file_facts import NO_SUPPLIERS, FileFacts, of_files
from ppp_metrics.reporting.sections import Section, Table, Words

VERDICTS: Mapping[str, Message] = {
    LOADED: msg("sent after the quarter"),
    PARTLY: msg("sent before its end"),
    QUIET: msg("nothing from the quarter in it"),
    OVERDUE: msg("overdue"),
}


class DeliverySections(FileFacts):
    """What is late in a region; each method is one section."""

    @of_files
    def deliveries(self) -> Section:
        """When each supplier sent its newest delivery, and whether it can hold the whole quarter."""
        title = msg("Deliveries")
        if not self.files.suppliers:
            return self.section("deliveries", title, [NO_SUPPLIERS])
        quarter = self.period.last_quarter
        by_verdict = self.suppliers_by_verdict()
        findings: list[Words] = []
        if late := by_verdict.get(OVERDUE):
            findings.append(
                msg(
                    "Overdue, because nothing was sent since {day}, when the quarter began: {suppliers}.",
                    day=format_date(quarter.first_day, self.lang),
                    suppliers=self.listed(late),
                )
            )
        if early := by_verdict.get(PARTLY):
            findings.append(
                msg(
                    "Sent before the quarter was over, so that the rest of it is missing: {suppliers}.",
                    suppliers=self.listed(early),
                )
            )
        if quiet := by_verdict.get(QUIET):
            findings.append(
                msg(
                    "Sent after the quarter, but no issue or solution in it has a day in or after the quarter: "
                    "{suppliers}.",
                    suppliers=self.listed(quiet),
                )
            )
        if not findings:
            findings = [msg("Every supplier sent its newest delivery after the quarter was over.")]
        header = [
            msg("supplier"),
            msg("loaded"),
            msg("newest day of an issue or solution"),
            msg("records"),
            msg("of this quarter"),
        ]
        rows: list[list[Words]] = [
            [
                each.supplier,
                format_date(each.loaded_on, self.lang),
                format_date(each.newest, self.lang) if each.newest else "–",
                self.count(each.records),
                VERDICTS[each.about(quarter)],
            ]
            for each in self.files.deliveries
        ]
        caption = msg("Newest delivery of each supplier")
        return self.section("deliveries", title, findings, tables=[Table(caption, header, rows)])

    @of_files
    def overdue(self) -> Section:
        """Issues open for long, people measured once only, and records of people kept beyond their day."""
        from ppp_metrics.records import quality
        from ppp_metrics.records.history import suppliers_with_people

        title = msg("Open for too long")
        own = self.files.suppliers
        if not own:
            return self.section("overdue", title, [NO_SUPPLIERS])
        with self.session() as con:
            issues = quality.issues_open_long(con, self.as_of)
            people = quality.people_measured_once(con, self.as_of)
            with_people = suppliers_with_people(con)
        kept = {name: self.place.retention.get(name) for name in own if name in with_people}
        open_issues = [(name, issues[name]) for name in own if issues.get(name)]
        findings: list[Words] = [
            msg(
                "Accepted more than {years} years ago, and neither delivered nor closed: {parts}.",
                years=OPEN_YEARS,
                parts=self.listed([f"{name} {self.count(count)}" for name, count in open_issues]),
            )
            if open_issues
            else msg(
                "No issue is known that was accepted more than {years} years ago and is still neither delivered nor "
                "closed.",
                years=OPEN_YEARS,
            )
        ]
        if not self.shows_people:
            table = Table(
                msg("Issues open for long"),
                [msg("supplier"), msg("issues open for long")],
                [[name, self.count(issues.get(name, 0))] for name in own],
            )
            return self.section("overdue", title, findings, tables=[table])
        passed = [name for name, until in kept.items() if until and until < self.today]
        if passed:
            findings.append(
                msg(
                    "The day until which records of people are kept has passed for {suppliers}. "
                    "The command `ppp-metrics erase --supplier NAME` removes them.",
                    suppliers=self.listed(passed),
                )
            )
        if without := [name for name, until in kept.items() if until is None]:
            findings.append(
                msg(
                    "ppp.toml names no day until which the records of people are kept of {suppliers}.",
                    suppliers=self.listed(without),
                )
            )
        findings.append(
            msg(
                "A second measurement is overdue {days} days after the first: without it, nothing can be said of what "
                "somebody learned. Where 1 to 4 people were measured once, their number is withheld.",
                days=SECOND_MEASUREMENT_DAYS,
            )
        )
        header = [
            msg("supplier"),
            msg("issues open for long"),
            msg("people measured once"),
            msg("records of people kept until"),
        ]
        rows = [
            [
                name,
                self.count(issues.get(name, 0)),
                self.rows_shown([people.get(name, 0)], is_about_people=True),
                self._kept(kept.get(name), name in kept),
            ]
            for name in own
        ]
        return self.section("overdue", title, findings, tables=[Table(msg("Open for too long"), header, rows)])

    def _kept(self, until: date | None, has_people: bool) -> Words:
        if not has_people:
            return msg("none")
        if until is None:
            return msg("no day set")
        day = format_date(until, self.lang)
        return msg("{day}, passed", day=day) if until < self.today else day

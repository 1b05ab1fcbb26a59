"""What a notebook cell calls: open a report, then one call a section.

    report = dashboard.open_report(workspace, "regional_innovation", period="2026-Q3", region="NL", lang="nl")
    report.headline()

Every section is finished HTML made from numbers after disclosure control: nothing withheld reaches a notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import LANGUAGES, Label, Message, format_date, msg, nearest
from ppp_metrics.metrics.dimensions import DIMENSIONS, dimension_labels, find_value
from ppp_metrics.metrics.disclosure import EDITIONS
from ppp_metrics.metrics.metric import COUNTED, UNITS, WINDOWS, Metric
from ppp_metrics.periods import Period
from ppp_metrics.reporting import headline, interactive, words
from ppp_metrics.reporting.area_sections import AreaSections
from ppp_metrics.reporting.company_sections import CompanySections
from ppp_metrics.reporting.cooperation_sections import CooperationSections
from ppp_metrics.reporting.delivery_sections import DeliverySections
from ppp_metrics.reporting.exchange_sections import ExchangeSections
from ppp_metrics.reporting.file_facts import NOT_CHECKED, critical, failures
from ppp_metrics.reporting.flow_sections import FlowSections
from ppp_metrics.reporting.issue_sections import IssueSections
from ppp_metrics.reporting.learning_sections import LearningSections
from ppp_metrics.reporting.look import find_look
from ppp_metrics.reporting.quality_headline import quality_cards, tell_quality
from ppp_metrics.reporting.quality_sections import QualitySections
from ppp_metrics.reporting.restated_sections import RestatedSections
from ppp_metrics.reporting.sections import Section, Words, in_one_session
from ppp_metrics.reporting.theme_sections import ThemeSections
from ppp_metrics.reporting.time_sections import TimeSections
from ppp_metrics.workspace import find_workspace

PUBLISHED_EDITIONS = tuple(edition for edition in EDITIONS if edition != "none")
EDITION_LABELS = {"coordinator": Label("coordinator", "coördinator"), "funder": Label("funder", "financier")}
LANGUAGE_LABELS = {"nl": Label("Dutch", "Nederlands"), "en": Label("English", "Engels")}


@dataclass(frozen=True)
class Subject:
    """What a report is about: its title, the five numbers that matter, and what tells them in words.

    `cards` makes the five of a report whose numbers are no metrics.
    """

    title: Message
    numbers: tuple[str, ...]
    tell: Callable[[Any, headline.Numbers], list[Message]]
    cards: Callable[[Any], list[headline.Card]] | None = None


SUBJECTS: dict[str, Subject] = {
    "regional_innovation": Subject(msg("Regional innovation"), headline.INNOVATION_NUMBERS, headline.tell_innovation),
    "learning_effects": Subject(msg("Learning effects"), headline.LEARNING_NUMBERS, headline.tell_learning),
    "theme_explorer": Subject(msg("Themes compared"), headline.THEME_NUMBERS, headline.tell_themes),
    "data_quality": Subject(msg("Data quality"), (), tell_quality, quality_cards),
}


def open_report(
    workspace: str | Path,
    notebook: str,
    *,
    period: str,
    region: str,
    lang: str,
    edition: str = "coordinator",
    obligation: str = "",
) -> Report:
    """A report to ask sections from; with an `obligation`, of only the issues under it.

    Raises UsageError for an unknown notebook, period, region, language, edition or obligation, DataError when nothing
    is loaded.
    """
    for name, value, allowed in (
        ("notebook", notebook, tuple(SUBJECTS)),
        ("lang", lang, LANGUAGES),
        ("edition", edition, PUBLISHED_EDITIONS),
    ):
        if value not in allowed:
            raise UsageError(
                msg(
                    "{option} takes {allowed}, not '{value}'. Did you mean {guess}?",
                    option=name,
                    allowed=", ".join(allowed),
                    value=value,
                    guess=nearest(value, allowed) or allowed[0],
                )
            )
    place = find_workspace(Path(workspace))
    return Report(place, Period.parse(period), region, lang, edition, notebook=notebook, obligation=obligation)


def package_version() -> str:
    """The version of ppp_metrics that is installed, or `0+source` where it runs from its source alone."""
    try:
        return version("ppp_metrics")
    except PackageNotFoundError:
        return "0+source"


def style() -> str:
    """The style sheet of a report, which touches nothing outside it."""
    return (files("ppp_metrics.reporting") / "template" / "report.css").read_text(encoding="utf-8")


class Report(
    IssueSections,
    TimeSections,
    ThemeSections,
    FlowSections,
    CompanySections,
    CooperationSections,
    AreaSections,
    RestatedSections,
    LearningSections,
    ExchangeSections,
    QualitySections,
    DeliverySections,
):
    """One report: its header, its sections, its foot."""

    def __init__(self, *where: Any, notebook: str, obligation: str = ""):
        super().__init__(*where)
        self.subject = SUBJECTS[notebook]
        self.main_numbers = self.subject.numbers
        if obligation:
            with self.session() as con:
                self.where = {"obligation": find_value(con, DIMENSIONS["obligation"], obligation)}

    @in_one_session
    def header(self) -> Section:
        """Whose report this is, about what, and what its reader must know first."""
        subject, area, look = self.say(self.subject.title), self.area[0], find_look(self.place)
        period = words.period_title(self.period, self.lang)
        facts = [msg("As of {day}", day=format_date(self.as_of, self.lang))]
        if self.as_of < self.period.last_day:
            facts.append(msg("the period is not over yet"))
        if self.edition == "funder":
            facts.append(msg("edition for funders"))
        if self.where:
            facts.append(msg("only issues with this obligation: {obligation}", obligation=self._obligation()))
        about = {"title": f"{subject}: {area}, {period}", "subject": subject, "network": self.place.name}
        return self.render(
            "header",
            {
                **about,
                "area": area,
                "lang": self.lang,
                "has_notice": self._notice is not None,
                "style": look.style,
                "tile": self._tile(),
            },
            style=style() + look.style,
            # a page has the runtime but once; a notebook that is run by hand shows its charts as soon as it has it
            runtime="" if self.withheld is not None else interactive.script(),
            look=look,
            network=self.place.name,
            title=subject,
            region=area,
            code=self.region,
            period=period,
            facts=facts,
            banners=self._banners(),
        )

    @in_one_session
    def headline(self) -> Section:
        """The five numbers that matter, and what they come to in plain words."""
        now = {metric_id: self.number(metric_id) for metric_id in self.subject.numbers}
        told, cards, title = self.subject.tell(self, now), self.subject.cards, msg("In short")
        self.mark_withheld(title)
        return self.render(
            "headline",
            title=title,
            summary=" ".join(map(self.say, [*told, *self.lacking_told(rows_only=True)])),
            cards=cards(self) if cards else [headline.make_card(self, number) for number in now.values()],
            interval_label=msg("95% interval"),
            targets=headline.partnership_targets(self, self.subject.numbers),
        )

    @in_one_session
    def foot(self) -> Section:
        """The definition of every metric shown, the data, the checks, the parameters and the version."""
        from ppp_metrics.records.history import joint_fingerprint, newest_deliveries

        with self.session() as con:
            deliveries = [load for load in newest_deliveries(con) if load["supplier"] in self.suppliers]
        return self.render(
            "foot",
            self.basis(),
            words=FOOT_WORDS,
            definitions=[self._definition(metric) for metric in self.metrics.values()],
            loads=[
                [
                    load["supplier"],
                    self._day(load["loaded_at"]),
                    self.count(load["rows"]),
                    self.rows_aside(load),
                    load["fingerprint"],
                ]
                for load in deliveries
            ],
            fingerprint=joint_fingerprint({load["supplier"]: load["fingerprint"] for load in deliveries}),
            checks=self._checks(),
            withheld=self._withheld(),
            parameters=self._parameters(),
        )

    def _withheld(self) -> list[Message]:
        """How many numbers of this report are withheld, and why."""
        told = self.withheld_told()
        rows = (
            [
                msg(
                    "Counts of rows withheld in this report: {count}. 1 to 4 rows about people are, and every sum with "
                    "them in it.",
                    count=self.count(self.rows_withheld),
                )
            ]
            if self.rows_withheld
            else []
        )
        if not told:
            return rows or [msg("Nothing in this report is withheld.")]
        found = [
            *rows,
            *told,
            msg(
                "Numbers are withheld where 1 to 4 people stand behind them, or behind the part of a share that meets "
                "its condition or that does not."
            ),
        ]
        if self.edition == "funder":
            found.append(msg("In the edition for funders the same holds where 1 or 2 companies stand behind them."))
        found.append(
            msg(
                "So are as many others as it takes that nobody can work them out: from totals, from the other reports "
                "of this release, or from that of the quarter before."
            )
        )
        return found

    def _tile(self) -> list[int]:
        from ppp_metrics.metrics.places import tile_of

        with self.session() as con:
            return tile_of(con, self.region)

    @cached_property
    def _notice(self) -> Label | None:
        from ppp_metrics.metrics.places import suppliers_with_data

        with self.session() as con:
            return self.place.notice_on(suppliers_with_data(con, self.region, self.as_of))

    def _banners(self) -> list[Words]:
        banners: list[Words] = [notice] if (notice := self._notice) else []
        check = self.last_check
        if check is None:
            banners.append(NOT_CHECKED)
        elif not check["passed"]:
            banners.append(
                msg(
                    "Published although the data failed critical checks ({count}); the foot of this page lists them.",
                    count=critical(failures(check)),
                )
            )
        return banners

    def _definition(self, metric: Metric) -> dict[str, Words]:
        window = WINDOWS[metric.window]
        is_dated = window.quarters or window.whole_period
        days = msg("{window} ({days})", window=window.label, days=self.window(metric))
        return {
            "id": metric.id,
            "label": metric.label,
            "definition": metric.definition,
            "unit": UNITS[metric.unit],
            "counts": COUNTED[metric.counts],
            "window": days if is_dated else window.label,
        }

    def _checks(self) -> dict[str, Any]:
        """The verdict of the last check, and the rules that failed."""
        check = self.last_check
        if check is None:
            return {"verdict": NOT_CHECKED, "failures": []}
        broken = failures(check)
        verdict = msg(
            "{rules} rules were checked on {day}. Failed: {critical} critical, {warnings} warnings.",
            rules=len(check["expectations"]),
            day=self._day(check["checked_at"]),
            critical=critical(broken),
            warnings=len(broken) - critical(broken),
        )
        rows = [
            [
                Label(rule["label"]["en"], rule["label"]["nl"]),
                msg("critical") if rule["severity"] == "critical" else msg("warning"),
                self.rows_failing(rule),
            ]
            for rule in broken
        ]
        return {"verdict": verdict, "failures": rows}

    def _parameters(self) -> list[tuple[Words, Words]]:
        return [
            (msg("report"), self.subject.title),
            (msg("period"), f"{words.period_title(self.period, self.lang)} ({self.period})"),
            (msg("region"), f"{self.area[0]} ({self.region})"),
            (msg("as of"), format_date(self.as_of, self.lang)),
            *([(msg("obligation"), self._obligation())] if self.where else []),
            (msg("edition"), EDITION_LABELS[self.edition]),
            (msg("language"), LANGUAGE_LABELS[self.lang]),
            (msg("version"), f"ppp_metrics {package_version()}"),
        ]

    def _obligation(self) -> str:
        """The name of the obligation that the report was narrowed to."""
        code = self.where["obligation"]
        with self.session() as con:
            return dimension_labels(con, "obligation", [code], self.lang)[code]

    def _day(self, moment: str) -> str:
        return format_date(datetime.fromisoformat(str(moment)).date(), self.lang)


FOOT_WORDS: dict[str, Message] = {
    "title": msg("What stands behind these numbers"),
    "definitions": msg("Definitions"),
    "unit": msg("unit"),
    "n": msg("n counts"),
    "window": msg("window"),
    "data": msg("Data"),
    "supplier": msg("supplier"),
    "loaded": msg("loaded"),
    "rows": msg("rows"),
    "quarantined": msg("rows put aside"),
    "fingerprint": msg("fingerprint"),
    "whole": msg("Fingerprint of these data together"),
    "checks": msg("Checks"),
    "rule": msg("rule"),
    "severity": msg("severity"),
    "failed": msg("rows failing"),
    "withheld": msg("Disclosure control"),
    "about": msg("About this report"),
    "parameter": msg("parameter"),
    "value": msg("value"),
}

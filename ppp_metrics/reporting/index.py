"""The page that leads to all reports in a folder: newest period first, a row a region, a link a language."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ppp_metrics.language import Label, msg
from ppp_metrics.periods import Period
from ppp_metrics.reporting import words
from ppp_metrics.reporting.html import page_style
from ppp_metrics.reporting.templates import templates

if TYPE_CHECKING:
    from ppp_metrics.reporting.manifest import Report

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
"""Each in its own language: whoever cannot read the page's can still find theirs."""
EDITIONS = {"coordinator": "", "funder": msg("edition for funders")}


def write_index(reports: Sequence[Report], notice: Label | None) -> str:
    """The HTML of the page, in Dutch as soon as one of the reports is, under the workspace's notice."""
    lang = "nl" if any(report.lang == "nl" for report in reports) else "en"
    by_period = sorted(reports, key=lambda report: (report.period, report.region, report.notebook), reverse=True)
    return (
        templates(lang)
        .get_template("index.html.j2")
        .render(
            lang=lang,
            title=msg("Reports"),
            notice=notice,
            networks=sorted({report.network for report in reports}),
            style=page_style(),
            region_word=msg("region"),
            periods=[
                _period(period, sorted(group, key=_order), lang)
                for period, group in groupby(by_period, key=lambda report: report.period)
            ],
        )
    )


def _order(report: Report) -> tuple[int, str, str]:
    """Countries before their areas, and these by code."""
    return len(report.region), report.region, report.notebook


def _period(period: str, reports: Sequence[Report], lang: str) -> dict[str, object]:
    """A table: a row a region, a column a subject, in each cell a link a language and edition."""
    subjects = {
        report.notebook: report for report in sorted(reports, key=lambda each: (each.notebook, each.lang != lang))[::-1]
    }
    rows = []
    for region, group in groupby(reports, key=lambda report: report.region):
        here = sorted(group, key=lambda each: (each.lang != lang, each.edition))
        links = {
            notebook: [
                (each.file, LANGUAGE_NAMES[each.lang], each.lang, EDITIONS[each.edition])
                for each in here
                if each.notebook == notebook
            ]
            for notebook in sorted(subjects)
        }
        rows.append({"area": here[0].area, "code": region, "links": list(links.values())})
    title = words.period_title(Period.parse(period), lang)
    return {
        "title": title[:1].upper() + title[1:],
        "id": period,
        "rows": rows,
        "subjects": [subjects[notebook].title for notebook in sorted(subjects)],
    }

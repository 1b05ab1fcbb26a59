"""The page that leads to all reports in a folder, newest period first: by map, by list, by language, by what changed.

Everything is there without a script, as links and lists; choosing a language is done by the style sheet. Where scripts
run, one small script adds a field to search in.
"""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ppp_metrics.language import Label, Message, format_date, msg
from ppp_metrics.periods import Period
from ppp_metrics.reporting import words
from ppp_metrics.reporting.html import page_style
from ppp_metrics.reporting.look import Look
from ppp_metrics.reporting.templates import templates

if TYPE_CHECKING:
    from ppp_metrics.reporting.manifest import Report

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
"""Each in its own language: whoever cannot read the page's can still find theirs."""
EDITIONS = {"coordinator": msg("edition for coordinators"), "funder": msg("edition for funders")}
FEWEST_TILES = 3
"""With fewer areas a map says less than their list."""

SEARCH = """{
const search = document.querySelector("#search");
const status = document.querySelector("#found");
const folded = text => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
const find = () => {
  const wanted = folded(search.value).split(/\\s+/);
  for (const each of document.querySelectorAll("[data-search]"))
    each.hidden = !wanted.every(word => each.dataset.search.includes(word));
  for (const each of document.querySelectorAll(".ppp-period"))
    each.hidden = !each.querySelector(".ppp-region:not([hidden])");
  const found = document.querySelectorAll(".ppp-region:not([hidden])").length;
  status.textContent = search.value.trim() ? status.dataset.says.replace("#", found) : "";
};
search.addEventListener("input", find);
search.closest("[hidden]").hidden = false;
find();
}"""
"""What makes the field for searching: there is none where scripts are blocked."""


def write_index(reports: Sequence[Report], notice: Label | None, look: Look | None = None) -> str:
    """The HTML of the page, in Dutch as soon as one of the reports is, under the workspace's notice, in its look."""
    lang = "nl" if any(report.lang == "nl" for report in reports) else "en"
    by_period = sorted(reports, key=lambda each: (Period.parse(each.period).last_day, each.period), reverse=True)
    look = look or Look()
    return (
        templates(lang)
        .get_template("index.html.j2")
        .render(
            lang=lang,
            words=INDEX_WORDS,
            notice=notice,
            networks=sorted({report.network for report in reports}),
            look=look,
            style=page_style() + _style() + look.style,
            script=SEARCH,
            script_policy=f"'sha256-{b64encode(sha256(SEARCH.encode()).digest()).decode()}'",
            found_words=msg("Regions found: {count}", count="#"),
            changes=_changes(reports, lang),
            filters=_filters(reports),
            periods=[
                _period(period, sorted(group, key=lambda report: _order(report, lang)), lang)
                for period, group in groupby(by_period, key=lambda report: report.period)
            ],
        )
    )


INDEX_WORDS: dict[str, Message] = {
    "title": msg("Reports"),
    "skip": msg("To the content"),
    "changes": msg("What changed"),
    "filter": msg("Choose"),
    "search": msg("Search by region or report"),
    "period": msg("Period"),
    "map": msg("Regions on the map"),
    "new": msg("new"),
    "changed": msg("changed"),
}


def _style() -> str:
    return (files("ppp_metrics.reporting") / "template" / "index.css").read_text(encoding="utf-8")


def _order(report: Report, lang: str) -> tuple[Any, ...]:
    """Countries before their areas, these by code; what there is of each first in the page's language."""
    return len(report.region), report.region, report.notebook, report.lang != lang, report.edition


def _is_told_apart(reports: Sequence[Report]) -> bool:
    """Whether some reports are new or changed and others not: where all are, saying so of each would tell nothing."""
    return 0 < sum(1 for report in reports if report.change) < len(reports)


def _changes(reports: Sequence[Report], lang: str) -> list[Message]:
    """What the last run that changed anything changed, and why."""
    count = Counter(report.change for report in reports)
    if not reports or not count.total() - count[""]:
        return []
    shown = {change: words.plain(number, "count", lang) for change, number in count.items()}
    if count["new"] == len(reports):
        return [msg("All reports are new: {count}.", count=shown["new"])]
    found = [
        msg(
            "The last run that changed anything: {new} new, {changed} changed.",
            new=words.plain(count["new"], "count", lang),
            changed=words.plain(count.total() - count["new"] - count[""], "count", lang),
        )
    ]
    reasons = {
        "records": msg("Changed because the records are others: {count}.", count=shown.get("records")),
        "version": msg("Changed by another version of ppp_metrics: {count}.", count=shown.get("version")),
        "settings": msg("Changed by other settings or notebooks: {count}.", count=shown.get("settings")),
        "release": msg("Changed because other reports show more, or less: {count}.", count=shown.get("release")),
    }
    return [*found, *(sentence for change, sentence in reasons.items() if count[change])]


def _filters(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """What can be chosen: a language and an edition where there are two of them, and what changed."""
    langs, editions = ({getattr(report, name) for report in reports} for name in ("lang", "edition"))
    everything: tuple[str, str | Message, str] = ("all", msg("all"), "")
    choices: list[tuple[str, Message, list[tuple[str, str | Message, str]]]] = [
        ("lang", msg("Language"), [(each, LANGUAGE_NAMES[each], each) for each in LANGUAGE_NAMES if each in langs]),
        ("edition", msg("Edition"), [(each, EDITIONS[each], "") for each in EDITIONS if each in editions]),
    ]
    found = [
        {"name": name, "legend": legend, "options": [everything, *options]}
        for name, legend, options in choices
        if len(options) > 1
    ]
    if _is_told_apart(reports):
        options = [everything, ("changed", msg("new or changed"), "")]
        found.append({"name": "change", "legend": msg("Changes"), "options": options})
    return found


def _period(period: str, reports: Sequence[Report], lang: str) -> dict[str, Any]:
    """A period's maps, one a country, and its regions with links to their reports."""
    title = words.period_title(Period.parse(period), lang)
    title = title[:1].upper() + title[1:]
    regions = [
        _region(period, title, list(group), _is_told_apart(reports))
        for _, group in groupby(reports, key=lambda report: report.region)
    ]
    maps = [list(group) for _, group in groupby(sorted(regions, key=_country), key=_country)]
    as_of = max(report.as_of for report in reports)
    return {
        "title": title,
        "short": Period.parse(period).short(lang),
        "id": f"p{period}",
        "facts": [
            msg("reports: {count}", count=words.plain(len(reports), "count", lang)),
            *([msg("as of {day}", day=format_date(date.fromisoformat(as_of), lang))] if as_of else []),
        ],
        "regions": regions,
        "maps": [drawn for each in maps if (drawn := _map(each))],
    }


def _country(region: dict[str, Any]) -> str:
    return str(region["code"])[:2]


def _region(period: str, title: str, reports: Sequence[Report], tells_changes: bool) -> dict[str, Any]:
    """A region with its reports, by subject: in each language and edition."""
    here = reports[0]
    names = {text for report in reports for text in (report.area, report.region, report.title)}
    return {
        "id": f"p{period}-{here.region}",
        "area": here.area,
        "code": here.region,
        "tile": here.tile,
        "search": _folded(" ".join([*sorted(names), title, period])),
        "subjects": [
            [
                {
                    "file": report.file,
                    "title": report.title,
                    "pdf": report.pdf,
                    "lang": report.lang,
                    "edition": report.edition,
                    # an edition is named where it is not the one that everybody expects
                    "note": EDITIONS[report.edition] if report.edition != "coordinator" else "",
                    "change": report.change if tells_changes else "",
                }
                for report in of_subject
            ]
            for _, of_subject in groupby(reports, key=lambda report: report.notebook)
        ],
    }


def _map(regions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The areas of one country that have a square, each with its row and column, from the first that is used."""
    placed = [region for region in regions if region["tile"]]
    if len(placed) < FEWEST_TILES:
        return []
    left, top = (min(region["tile"][axis] for region in placed) for axis in (0, 1))
    return [region | {"column": region["tile"][0] - left + 1, "row": region["tile"][1] - top + 1} for region in placed]


def _folded(text: str) -> str:
    """The text as it is searched: without accents and capitals."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).lower()

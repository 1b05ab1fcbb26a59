"""Finished reports, read back as their readers get them: what they withhold, nobody works out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ppp_metrics import cli
from ppp_metrics.errors import DataError
from ppp_metrics.periods import Period
from ppp_metrics.records.store import Store
from ppp_metrics.reporting import release
from ppp_metrics.reporting.audit import Audit, Leak, audit
from ppp_metrics.reporting.batch import make_reports
from ppp_metrics.reporting.finished import read_page
from ppp_metrics.reporting.manifest import read_manifests
from ppp_metrics.workspace import find_workspace
from tests.attacker import Key, ranges
from tests.networks import PERIOD, make_network, people_files

PEOPLE = {
    "NL11": {"student": 14, "teacher": 6, "researcher": 7, "company_employee": 3},
    "NL12": {"student": 9, "teacher": 2, "researcher": 8, "company_employee": 12},
}
"""In Groningen 3 employees and in Friesland 2 teachers may not be shown."""
STORY = "Ik leerde lassen bij de dijk"


def people() -> dict[str, str]:
    in_north = [f"NL11-{role}-{at}" for role, count in PEOPLE["NL11"].items() for at in range(count)]
    return people_files(PEOPLE) | {
        "partnerships": "partnership_id,name,region_code\np1,Noord,NL114\n",
        "value_stories": "participant_id,partnership_id,cycle,story_date,consent,story\n"
        + "".join(f"{name},p1,immediate,2025-05-01,no,{STORY}\n" for name in in_north),
    }


def make(folder: Path, period: str = PERIOD, **changed: Any) -> None:
    place = find_workspace(folder)
    asked: dict[str, Any] = {"region": "all", "lang": "all", "edition": "coordinator"} | changed
    out = {"out": place.reports_of(asked["edition"])}
    make_reports(place, ["learning_effects"], Period.parse(period), **(out | asked))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_network(tmp_path_factory.mktemp("audited"), **people())


@pytest.fixture(scope="module")
def published(network: Path) -> Path:
    """The country and both provinces: a quarter and the one before, in both languages, and for funders."""
    make(network, "2025-Q3", lang="nl")
    make(network)
    make(network, lang="en", edition="funder")
    return network / "reports"


@pytest.fixture
def copied(published: Path, tmp_path: Path) -> Path:
    """The same reports, to be changed."""
    for path in published.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(published)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tmp_path


def name_of(region: str, lang: str = "en", edition: str = "coordinator") -> str:
    beside = "" if edition == "coordinator" else f"_{edition}"
    return f"{edition}/{PERIOD}/learning_effects_{region}_{PERIOD}_{lang}{beside}.html"


def roles_in(page: str) -> dict[str, str]:
    """Role -> people, from the table of a page."""
    [table] = re.findall(r"<caption>Participants by role.*?</table>", page, re.DOTALL)
    return {
        row[0].lower().replace(" ", "_"): row[1]
        for row in re.findall(r"<th scope=\"row\">(.*?)</th><td[^>]*>(.*?)</td>", table)
    }


def total_in(page: str) -> str:
    return re.findall(r"<h3>Participants</h3>\s*<p class=\"ppp-value[^\"]*\"><span[^>]*>(.*?)</span>", page)[0]


def rewritten(folder: Path, file: str, change: Callable[[str], str]) -> Audit:
    path = folder / file
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")
    return audit(folder)


def given_away(found: Audit) -> list[Leak]:
    """What a page that was changed gives away, beside that it was changed."""
    assert "changed" in {leak.how for leak in found.leaks}
    return [leak for leak in found.leaks if leak.how != "changed"]


def replacing(text: str, by: str) -> Callable[[str], str]:
    return lambda page: page.replace(text, by)


# --- what a release gives away ----------------------------------------------------------------------------------------


def test_nobody_works_anything_out(published: Path) -> None:
    found = audit(published)
    assert (found.passed, found.leaks) == (True, ())
    assert found.files == 3 + 6 + 3
    assert found.withheld > 0


def test_a_reader_who_adds_up_provinces_and_roles_learns_nothing(published: Path) -> None:
    shown: dict[Key, int] = {}
    withheld: list[Key] = []
    for region in (None, *PEOPLE):
        page = (published / name_of(region or "NL")).read_text("utf-8")
        for role, text in [*roles_in(page).items(), (None, total_in(page))]:
            if text == "withheld":
                withheld.append((region, role))
            else:
                shown[region, role] = int(text)
    inner = [(region, role) for region, roles in PEOPLE.items() for role in roles]
    assert {("NL11", "company_employee"), ("NL12", "teacher")} <= set(withheld)
    assert len(withheld) < 10
    for key, possible in ranges(shown, withheld, inner).items():
        assert len(possible) >= 5, key


def test_both_editions_and_languages_say_the_same_or_nothing(published: Path) -> None:
    reports = read_manifests(published)
    for region in ("NL", *PEOPLE):
        dutch, english, funder = (
            read_page(reports[file], (published / file).read_text("utf-8")).cells
            for file in (name_of(region, "nl"), name_of(region), name_of(region, "en", "funder"))
        )
        assert dutch.keys() == english.keys() == funder.keys()
        for cell, parts in english.items():
            assert funder[cell] == parts
            assert (dutch[cell].get("value") == "afgeschermd") == (parts.get("value") == "withheld")


def test_the_foot_says_how_much_is_withheld_and_why(published: Path) -> None:
    foot = (
        (published / name_of("NL12"))
        .read_text("utf-8")
        .partition('id="withheld-heading"')[2]
        .partition("</section>")[0]
    )
    assert re.search(r"Numbers withheld in this report: \d+, in “", foot)
    assert "1 to 4 people" in foot


# --- what the audit finds ---------------------------------------------------------------------------------------------


def test_a_number_filled_in_again_is_found_everywhere_it_tells_something(copied: Path) -> None:
    teachers = re.compile(r'(<th scope="row">Teacher</th><td data-cell="[^"]+" data-part="value">)withheld')
    found = rewritten(copied, name_of("NL12"), lambda page: teachers.sub(r"\g<1>2", page))
    assert {leak.how for leak in found.leaks} >= {"shown"}
    # the other language, the other edition and what follows from these
    assert {(leak.place["region"], leak.place["role"]) for leak in found.leaks if leak.how == "shown"} == {
        ("NL12", "teacher")
    }


def test_a_number_that_the_manifest_calls_withheld_is_found_though_no_other_file_has_it(copied: Path) -> None:
    def filled(page: str) -> str:
        return re.sub(r'(data-cell="\d+/[a-z_]+" data-part="value">)withheld<', r"\g<1>4<", page, count=1)

    found = rewritten(copied, name_of("NL12", "en", "funder"), filled)
    assert [leak.file for leak in found.leaks if leak.how == "filled"] == [name_of("NL12", "en", "funder")]


def test_what_follows_from_another_page_is_computed(copied: Path) -> None:
    # every page of Friesland shows all but its teachers: with the total these are the rest
    found = audit(copied)
    assert found.passed
    for file in (name_of("NL12", "nl"), name_of("NL12"), name_of("NL12", "en", "funder")):
        for role, count in PEOPLE["NL12"].items():
            label = {
                "company_employee": "(?:Company employee|Bedrijfsmedewerker)",
                "researcher": "(?:Researcher|Onderzoeker)",
                "student": "Student",
            }.get(role)
            if label is None:
                continue
            path = copied / file
            row = re.compile(rf'(<th scope="row">{label}</th><td data-cell="[^"]+" data-part="value">)[^<]+')
            path.write_text(row.sub(rf"\g<1>{count}", path.read_text("utf-8")), "utf-8")
    computed = [leak for leak in audit(copied).leaks if leak.how == "computed"]
    assert ("participants_count", "NL12", "teacher", 2) in {
        (leak.name[0], leak.place["region"], leak.place.get("role"), leak.low) for leak in computed
    }


def test_a_number_beside_a_withheld_name_is_found_in_words_charts_and_their_data(copied: Path) -> None:
    def said(page: str) -> str:
        return page.replace('<p class="ppp-finding">', '<p class="ppp-finding">Teacher: 2. ', 1)

    found = rewritten(copied, name_of("NL12"), said)
    assert [(leak.how, leak.file) for leak in given_away(found)] == [("written", name_of("NL12"))]
    (copied / name_of("NL12")).write_text(
        (copied / name_of("NL12")).read_text("utf-8").replace("Teacher: 2. ", ""), "utf-8"
    )
    drawn = '<text transform="translate(0,9)">Teacher</text><text transform="translate(90,9)">2</text></svg>'
    assert not rewritten(copied, name_of("NL12"), lambda page: page.replace("</svg>", drawn)).passed
    (copied / name_of("NL12")).write_text(
        (copied / name_of("NL12")).read_text("utf-8").replace(drawn, "</svg>"), "utf-8"
    )
    data = '<script type="application/json">{"values": [{"label": "Teacher", "value": 2}]}</script></figure>'
    assert not rewritten(copied, name_of("NL12"), lambda page: page.replace("</figure>", data)).passed


def test_a_number_in_a_chart_that_no_word_says_is_found(copied: Path) -> None:
    data = '<script type="application/json">{"values": [{"tip": "Student", "value": 1.23456}]}</script></figure>'
    found = rewritten(copied, name_of("NL"), lambda page: page.replace("</figure>", data, 1))
    assert [(leak.how, leak.file, leak.name[0], leak.low) for leak in given_away(found)] == [
        ("charted", name_of("NL"), "participants", 1.23456)
    ]
    assert str(given_away(found)[0].message).endswith(
        "the chart of participants holds 1.23456, which the report says nowhere."
    )


def test_a_page_that_is_not_the_one_that_was_made_does_not_pass(copied: Path) -> None:
    found = rewritten(copied, name_of("NL12"), lambda page: page.replace("</body>", "<!-- seen --></body>"))
    assert [(leak.how, leak.file) for leak in found.leaks] == [("changed", name_of("NL12"))]


@pytest.mark.parametrize(
    "smuggled", ["<table><tr><td>Jan 3</td></tr></table>", "Jan 3", "<div><section></section></div>"]
)
def test_what_stands_outside_the_sections_is_found_and_not_repeated(copied: Path, smuggled: str) -> None:
    found = rewritten(copied, name_of("NL12"), lambda page: page.replace("</main>", f"{smuggled}</main>"))
    [leak] = given_away(found)
    assert (leak.how, leak.file) == ("outside", name_of("NL12"))
    assert "Jan" not in str(leak.message)


def test_a_manifest_that_cannot_be_read_does_not_pass(copied: Path) -> None:
    (copied / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match=r"manifest\.json cannot be read"):
        audit(copied)


def test_the_command_says_what_was_found_and_exits_1(
    copied: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("PPP_METRICS_LANG", "en")
        monkeypatch.setattr("sys.argv", ["ppp-metrics", "audit", str(copied), *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), capsys.readouterr().out

    code, out = run()
    assert (code, "Nobody can work out any" in out) == (0, True)
    assert json.loads(run("--json")[1])["findings"] == []
    rewritten(
        copied,
        name_of("NL12"),
        lambda page: page.replace('<p class="ppp-finding">', '<p class="ppp-finding">Teacher: 2. ', 1),
    )
    code, out = run("--json")
    [finding, changed] = json.loads(out)["findings"]
    assert changed["finding"] == "changed"
    assert (code, finding["finding"], finding["metric"], finding["place"]["role"]) == (
        1, "written", "participants_count", "teacher",
    )  # fmt: skip
    assert "a number stands beside its name" in run()[1]


def test_a_folder_without_reports_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no manifest of reports"):
        audit(tmp_path)


# --- what a release does about it -------------------------------------------------------------------------------------


def test_no_report_is_written_when_a_number_could_be_worked_out(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if nothing but small numbers were withheld
    monkeypatch.setattr(release, "withheld_in", lambda *_: frozenset())
    with pytest.raises(DataError, match=r"No report was written, because \d+ withheld numbers could be worked out"):
        make(network, lang="en", region="NL,NL12", out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_question_that_was_not_foreseen_is_protected_all_the_same(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "planned_questions", lambda con, jobs, ask_all: {job: [] for job in jobs})
    make(network, lang="en", out=tmp_path)
    assert audit(tmp_path).passed


ODD = {
    "nothing": "",
    "a comment": "<!-- <td> -->",
    "signs": "<p>5 < 6 & 7",
    "a script": '<script type="application/json">{"</td>": 1}</script>',
    "a long text": f"<p>{'x' * 11_000_000}</p>",
    "depth": "<div>" * 1000,
}


@pytest.mark.parametrize("before", ODD.values(), ids=ODD)
def test_a_page_is_read_to_its_end_whatever_stands_in_it(published: Path, before: str) -> None:
    report = next(iter(read_manifests(published).values()))
    table = '<table><tr><td data-cell="0/student" data-part="value">14</td></tr></table>'
    assert read_page(report, before + table).cells == {"0/student": {"value": "14"}}


def test_a_page_that_cannot_be_read_to_its_end_does_not_pass(copied: Path) -> None:
    report = next(iter(read_manifests(copied).values()))
    assert read_page(report, "").cells == {}
    for place, damaged in (
        ("<body", "<b>" * 3000 + "<body"),
        ("</main>", "<p data-cell='0/student'>14</p></main>"),
        ("</figure>", '<script type="application/json"></script></figure>'),
    ):
        whole = (copied / report.file).read_text("utf-8")
        with pytest.raises(DataError, match=f"{report.file} cannot be read"):
            rewritten(copied, report.file, replacing(place, damaged))
        (copied / report.file).write_text(whole, "utf-8")


# --- what stands in no file -------------------------------------------------------------------------------------------


def test_no_person_and_no_story_stands_in_any_file(network: Path, published: Path) -> None:
    with Store(find_workspace(network).database).reading() as con:
        pseudonyms = [name for (name,) in con.execute("select participant_id from participants").fetchall()]
    ids = [line.partition(",")[0] for line in people()["participants"].splitlines()[1:]]
    traces = [each.encode() for each in (*ids, *pseudonyms, STORY)]
    files = [path for path in published.rglob("*") if path.is_file()]
    files += [path for path in (network / "notebooks").rglob("*") if path.is_file()]
    assert len(files) > 12
    for path in files:
        content = path.read_bytes()
        assert [trace for trace in traces if trace in content] == [], path.name


def test_a_release_leaves_nothing_behind_but_its_files(published: Path) -> None:
    own = {"2025-Q3", PERIOD, "index.html", "manifest.json"}
    assert {path.name for path in published.iterdir()} == {"coordinator", "funder"}
    assert {path.name for path in (published / "coordinator").iterdir()} == own
    assert {path.name for path in (published / "funder").iterdir()} == own - {"2025-Q3"}

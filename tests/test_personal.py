"""What tells of a person in a text that people write is put aside, and what only looks like it is not."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.records import history
from ppp_metrics.records.model import TABLES
from ppp_metrics.records.workbook import write_quarantine
from tests.deliveries import PARTNERS, deliver, put_aside, rows, store
from tools.project_files import ROOT

CON = duckdb.connect()
for macros in ("casting.sql", "personal.sql"):
    CON.execute((files("ppp_metrics") / "records" / macros).read_text(encoding="utf-8"))


def kind(text: str) -> str | None:
    return CON.execute("select personal_data(?::varchar)", [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        *(
            ("bsn", text)
            for text in (
                "BSN 123456782",
                "bsn:123456782",
                "123456782",
                "BSN123456782",
                "Jan (123.456.782) zei",
                "1234.56.782",
                "nummer 1234 56 782",
                "mijn bsn is 111-222-333.",
                "bsn 12345672x? 111222333",
                "x, 123456782, y",
                "123456789 111222333",  # the first is none, the second is
                "2026-01-01 123456782",
                "burgerservicenummer 010464554",
                "BSN: 10464554",  # without the nought before it
            )
        ),
        *(
            ("email", text)
            for text in (
                "mail jan@bedrijf.nl",
                "jan.de-boer@x.co.uk",
                "J@müller.de",
                "jan @ bedrijf.nl",
                "jan [at] bedrijf.nl",
                "jan(at)bedrijf(dot)nl",
            )
        ),
        *(
            ("telephone", text)
            for text in (
                "06-12345678",
                "0612345678",
                "06 12 34 56 78",
                "bel 06 1234 5678.",
                "06–12345678",
                "06/12345678",
                "tel.0612345678",
                "+31 6 12345678",
                "+31(0)6-12345678",
                "+31 (0)20 123 4567",
                "0031612345678",
                "020-1234567",
                "(020) 123 45 67",
                "0113-212345",
                "088 1234567",
                "+44 20 7946 0958",
                "Tel:+49 170 1234567",
                "0044 20 7946 0958",
            )
        ),
        *(
            ("address", text)
            for text in (
                "Kerkstraat 12, 1234 AB Utrecht",
                "1234 AB 12",
                "1234AB 12",
                "1234 ab 12",
                "KERKSTRAAT 12 9712 GH GRONINGEN",
                "Laan 5-7 3511 AA",
                "9712GH, 5",
            )
        ),
        *(("url", text) for text in ("https://x.nl", "www.hanze.nl", "linkedin.com/in/jan-jansen", "http://a")),
    ],
)
def test_what_tells_of_a_person_is_known_by_its_kind(expected: str, text: str) -> None:
    assert kind(text) == kind(f"Een verhaal, {text} en meer") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Titel van vraagstuk 123456",
        "Groei in 2025-2026",
        "2014-2020 en 2021-2027",
        "01-02-2026",
        "van 01-02-2026 10:00 uur",
        "20260315",
        "€ 123.456.782",
        "123.456.782 euro",
        "1.234.567,89",
        "10 000 000 euro",
        "12 345 678 stuks",
        "2 stuks @ 5.50",
        "KvK 12345678",
        "KvK-nummer 01234567",
        "ISSN 1234-5678",
        "ISBN 978-90-123-4567-8",
        "ISBN 0306406152",
        "123456789",  # nine digits that do not pass the test
        "000000000",
        "PRJ-123456782",
        "Project 123456782",
        "projectnummer: 101003766",
        "Project 2020ESFN123",
        "NL123456782B01",
        "H2020-ICT-2018-20",
        "Horizon 2020 EU 5 landen",
        "VAN 2026 EN 2027 NAAR",
        "2019 op 10",
        "1500 kg 20",
        "3000mm 12",
        "1000 km 12 uur",
        "52.123456782, 4.12",
        "ASP.NET/C#",
        "Webshop bol.com",
        "en/of",
        "10.1016/j.2020.01.012",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert kind(text) is None
    assert CON.execute("select without_personal_data(?)", [text]).fetchall() == [(text,)]


def is_bsn(digits: str) -> bool:
    """As the government writes it: 9a + 8b + 7c + 6d + 5e + 4f + 3g + 2h - i is a multiple of 11, not all nought."""
    total = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


@given(st.integers(0, 999_999_999).map("{:09}".format))
def test_the_eleven_test(digits: str) -> None:
    near = [digits[:-1] + last for last in "0123456789"]
    found = CON.execute("select list_transform(?::varchar[], lambda d: passes_eleven_test(d))", [near]).fetchall()[0][0]
    assert found == [is_bsn(each) for each in near]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_any_text_is_kept_as_it_is_or_put_aside_whole(text: str) -> None:
    [(kept, found)] = CON.execute("select without_personal_data($1), personal_data($1)", [text]).fetchall()
    assert kept == (text if found is None else None)


@given(
    st.sampled_from(["bel ", "", "zie: ", "(", "Piet, ", "é"]),
    st.sampled_from(["06-12345678", "jan@bedrijf.nl", "123456782", "1234 AB 12", "www.hanze.nl"]),
    st.sampled_from(["", ".", ", en toen", ")", " 2026", "\nMeer"]),
)
def test_whatever_stands_around_it(before: str, found: str, after: str) -> None:
    assert kind(before + found + after) is not None


def test_free_texts_are_no_keys_codes_or_names() -> None:
    assert {table.name: set(table.free_texts) for table in TABLES if table.free_texts} == {
        "issues": {"title"},
        "value_stories": {"story"},
    }


@pytest.mark.parametrize("name", ["esf0713_actie_A.xls", "esf0713_actie_D.xls", "dataset.csv"])
def test_real_titles_lose_nothing(name: str) -> None:
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the real files are not shipped with the project: they are looked for in ../shared/real")
    [path] = folder.rglob(name)
    if name.endswith("csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            texts = [row["Prosjektnavn"] for row in csv.DictReader(stream, delimiter=";")]
    else:
        from python_calamine import load_workbook

        head, *rest = next(
            rows
            for sheet in load_workbook(path).sheet_names
            for rows in [load_workbook(path).get_sheet_by_name(sheet).to_python()]
            if rows
        )
        columns = [
            at for at, title in enumerate(head) if str(title).startswith(("Naam Project", "Project samenvatting"))
        ]
        texts = [str(row[at]) for row in rest for at in columns]
    assert len(texts) > 250
    assert [text for text in texts if kind(text)] == []


ISSUES = (
    "issue_id,partner_id,theme_code,title,status,proposed_date,accepted_date\n"
    "i1,c1,water,Bel Jan op 06-12345678,proposed,2026-01-05,\n"
    "i2,c1,water,Een schone sloot,proposed,2026-01-06,\n"
    "i3,gone,water,Mail jan@bedrijf.nl,proposed,2026-01-07,bel 06-12345678\n"
)
STORIES = (
    "participant_id,partnership_id,cycle,story_date,consent,story\n"
    "s1,p1,immediate,2026-01-05,ja,Mijn BSN is 123456782\n"
    "s1,p1,potential,2026-01-06,ja,Veel geleerd\n"
    "s1,p1,nonsense,2026-01-07,ja,Een geheim\n"
)
FILES = {
    "partners.csv": PARTNERS,
    "issues.csv": ISSUES,
    "partnerships.csv": "partnership_id,name,region_code\np1,Noord,NL11\n",
    "participants.csv": "participant_id,role\ns1,student\n",
    "value_stories.csv": STORIES,
    "themes.csv": "theme_code,name_en\nwater,Water\n",
}


def test_the_row_stays_without_the_text_and_all_is_accounted_for(tmp_path: Path) -> None:
    result = deliver(tmp_path, FILES)
    assert rows(tmp_path, "select issue_id, title from issues order by 1") == [("i1", None), ("i2", "Een schone sloot")]
    assert rows(tmp_path, "select story from value_stories order by story_date") == [(None,), ("Veel geleerd",)]
    assert result.tables["issues"] == {"rows": 3, "kept": 2, "quarantined": 1, "repeats": 0}
    assert result.tables["value_stories"] == {"rows": 3, "kept": 2, "quarantined": 1, "repeats": 0}
    assert ("issues.csv", 2, "title", None, "This text holds a telephone") in put_aside(tmp_path)
    assert ("value_stories.csv", 2, "story", None, "This text holds a number") in put_aside(tmp_path)


def test_nothing_of_it_stands_in_quarantine_its_workbook_or_the_database(tmp_path: Path) -> None:
    import openpyxl

    deliver(tmp_path, FILES)
    with store(tmp_path).reading() as con:
        entries = history.quarantined(con)
        kept = con.execute("select * from quarantine").fetchall()
    write_quarantine(tmp_path / "back.xlsx", entries, "nl")
    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    cells = [[cell.value for line in sheet.iter_rows() for cell in line] for sheet in book]
    told = json.dumps([entries, cells, kept], default=str)
    assert [text for text in ("06-1234", "jan@", "123456782", "geheim", "nonsense") if text in told] == []


def test_of_people_no_text_is_shown_and_of_others_all_that_tells_of_none(tmp_path: Path) -> None:
    deliver(tmp_path, FILES)
    with store(tmp_path).reading() as con:
        found = {(each["table"], each["row"], each["column"]): each for each in history.quarantined(con)}
    assert found["issues", 4, "partner_id"]["value"] == "gone"
    assert found["issues", 4, "partner_id"]["cells"]["issue_id"] == "i3"
    story = found["value_stories", 4, "cycle"]
    assert (story["value"], story["cells"]) == (None, None)
    assert story["reason_en"].startswith("This is not one of the codes: immediate")


def test_a_mapping_brings_no_text_past_it(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping"
    mapping.mkdir()
    (mapping / "partners.sql").write_text(
        "select firm as partner_id, firm as name, 'company' as partner_type, 'NL11' as region_code, source_row "
        "from source"
    )
    (mapping / "issues.sql").write_text(
        "select id as issue_id, firm as partner_id, 'water' as theme_code, note as title, 'proposed' as status, "
        "'2026-01-05' as proposed_date, source_row from source"
    )
    (mapping / "themes.sql").write_text(
        "select 'water' as theme_code, 'Water' as name_en, list(source_row) as source_row from source"
    )
    deliver(tmp_path, {"export.csv": "id,firm,note\n1,a,jan@bedrijf.nl\n"}, mapping=mapping)
    assert rows(tmp_path, "select title from issues") == [(None,)]
    assert [(column, value) for _, _, column, value, _ in put_aside(tmp_path)] == [("title", None)]


def test_no_relation_of_a_metric_has_a_free_text() -> None:
    # stories reach a page by metrics/stories.py alone, which shows what a person has read
    views = (ROOT / "ppp_metrics" / "metrics" / "views").glob("*.sql")
    named = {path.name for path in views if re.search(r"\btitle\b|\bstory\.story\b", path.read_text(encoding="utf-8"))}
    assert named == set()

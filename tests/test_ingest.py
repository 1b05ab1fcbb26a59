"""Every input row is a record, or stands in the quarantine with its place and reason."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import openpyxl
import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.records import history
from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.ingest import load
from ppp_metrics.records.model import TABLES, Column
from tests.deliveries import ISSUES, KEY, PARTNERS, deliver, put_aside, rows, store

OUTCOMES = "outcome_id,issue_id,delivered_date,implemented_date\n"


def test_dutch_and_english_names_codes_dates_and_numbers_are_the_same_records(tmp_path: Path) -> None:
    dutch = {
        "Partners.csv": "Partner-ID;NAAM;soort partner;KvK-nummer;Regiocode\nc1;Aa;Bedrijf;01;nl11\n",
        "Samenwerkingsverbanden.csv": "samenwerkingsverband-id;naam;regiocode;programma\ns;Es;NL11;fieldlab\n",
        "Afspraken.csv": "afspraak-id;samenwerkingsverband-id;partner-id;datum ondertekening;verplichting;vergoeding;"
        "kwaliteitsgarantie\na1;s;c1;30-09-2026;Resultaatverplichting;€ 1.300,50;Ja\n",
    }
    english = {
        "partners.csv": "partner_id,name,partner_type,registration_number,region_code\nc1,Aa,company,01,NL11\n",
        "partnerships.csv": "partnership_id,name,region_code,programme\ns,Es,NL11,field_lab\n",
        "agreements.csv": "agreement_id,partnership_id,partner_id,signed_date,obligation,fee_eur,quality_guarantee\n"
        "a1,s,c1,2026-09-30,result,1300.5,yes\n",
    }
    for supplier, files in (("dutch", dutch), ("english", english)):
        result = deliver(tmp_path, files, supplier)
        assert (result.quarantined_rows, result.cells_put_aside, result.notices) == (0, 0, [])
    for table in ("partners", "partnerships", "agreements"):
        columns = ", ".join(c.name for t in TABLES if t.name == table for c in t.columns)
        first, second = rows(tmp_path, f"select {columns} from {table} order by supplier")
        assert first == second


@pytest.mark.parametrize("column", [c for t in TABLES for c in t.columns if c.codes], ids=lambda column: column.name)
def test_every_code_is_recognised_by_code_and_label(column: Column, tmp_path: Path) -> None:
    import duckdb

    from ppp_metrics.records.cells import typed
    from ppp_metrics.records.ingest import files as resources

    con = duckdb.connect()
    con.execute((resources("ppp_metrics") / "records" / "casting.sql").read_text())
    for code in column.codes:
        for word in (code.value, code.value.upper(), code.label.en, code.label.nl, code.label.nl.capitalize()):
            found = con.execute(f"select {typed(column)} from (select ? as {column.name})", [word]).fetchall()
            assert found == [(code.value,)], word


def test_what_cannot_be_a_record_is_put_aside_with_its_place_and_reason(tmp_path: Path) -> None:
    result = deliver(
        tmp_path,
        {
            "partners.csv": PARTNERS + "c3,,company,NL11\nc4,Dee,shop,NL11\nc5,Ee,company,NL99\n",
            "issues.csv": ISSUES.replace("\n", ",trl_start\n", 1).replace("01-05\n", "01-05,3\n")
            + "i2,c1,water,proposed,31-02-2026,3\ni3,c9,water,proposed,2026-01-05,3\n"
            "i4,c4,water,proposed,2026-01-05,3\n"
            "i5,c1,water,proposed,2026-01-05,1.300\n",
        },
    )
    assert put_aside(tmp_path) == [
        ("issues.csv", 3, "proposed_date", "31-02-2026", "This is not a date."),
        ("issues.csv", 4, "partner_id", "c9", "This refers to nothing: partners"),
        ("issues.csv", 5, "partner_id", "c4", "This refers to a row"),
        ("issues.csv", 6, "trl_start", "1.300", "This can be read as"),
        ("partners.csv", 4, "name", None, "This cell is required and"),
        ("partners.csv", 5, "partner_type", "shop", "This is not one of"),
        ("partners.csv", 6, "region_code", "NL99", "This refers to nothing: regions"),
    ]
    # the row of an unreadable optional cell is kept without it
    assert rows(tmp_path, "select issue_id, trl_start from issues order by 1") == [("i1", 3), ("i5", None)]
    assert (result.quarantined_rows, result.cells_put_aside) == (6, 1)
    assert result.tables["issues"] == {"rows": 5, "kept": 2, "quarantined": 3, "repeats": 0}


def test_a_broken_reference_costs_a_cell_where_the_row_can_do_without(tmp_path: Path) -> None:
    # the theme soil is below one that is not there; i1 has no such workplace, i2 a workplace that was put aside
    deliver(
        tmp_path,
        {
            "partners.csv": PARTNERS,
            "themes.csv": "theme_code,name_en,parent_code\nwater,Water,\nsoil,Soil,nature\nclay,Clay,soil\n",
            "partnerships.csv": "partnership_id,name,region_code\np,Pee,NL11\n",
            "workplaces.csv": "workplace_id,partnership_id,name,workplace_type,opened_date\nw1,p,Lab,lab,soon\n",
            "issues.csv": "issue_id,partner_id,theme_code,status,proposed_date,workplace_id\n"
            "i1,c1,soil,proposed,2026-01-05,w9\ni2,c1,clay,proposed,2026-01-06,w1\ni3,c9,soil,proposed,2026-01-06,w9\n",
            "outcomes.csv": "outcome_id,issue_id,delivered_date\no1,i1,2026-02-05\n",
        },
    )
    assert rows(tmp_path, "select theme_code, parent_code from themes order by 1") == [
        ("clay", "soil"),
        ("soil", None),
        ("water", None),
    ]
    assert rows(tmp_path, "select issue_id, theme_code, workplace_id from issues order by 1") == [
        ("i1", "soil", None),
        ("i2", "clay", None),
    ]
    assert rows(tmp_path, "select outcome_id from outcomes") == [("o1",)]
    assert rows(tmp_path, "select column_name, value, row_kept from quarantine where table_name != 'workplaces'") == [
        ("parent_code", "nature", True),
        ("partner_id", "c9", False),
        ("workplace_id", "w9", True),
        ("workplace_id", "w1", True),
    ]


def test_rows_that_are_one_without_a_broken_reference_are_told_apart_as_any_others(tmp_path: Path) -> None:
    # both scores are of the same person, competence and day once neither has an issue: which is right is not known
    assessments = "participant_id,competence_code,design,moment,assessed_date,score,scale_min,scale_max,issue_id\n"
    assessments += "d1,digital,pre_post,pre,2026-01-05,2,1,5,i8\nd1,digital,pre_post,pre,2026-01-05,3,1,5,i9\n"
    assessments += "d2,digital,pre_post,pre,2026-01-05,3,1,5,i9\n"
    people = {"participants.csv": "participant_id,role\nd1,student\nd2,student\n", "assessments.csv": assessments}
    result = deliver(tmp_path, {"partners.csv": PARTNERS, "issues.csv": ISSUES, **people})
    assert rows(tmp_path, "select score, issue_id from assessments") == [(3.0, None)]
    assert result.tables["assessments"] == {"rows": 3, "kept": 1, "quarantined": 2, "repeats": 0}


def test_a_target_for_what_is_not_there_is_no_target_for_all(tmp_path: Path) -> None:
    targets = "metric_id,period,target_value,region_code,partnership_id\n"
    targets += "x,2026,1,NL11,\nx,2026,2,Atlantis,\nx,2026,3,,p9\nx,2026,4,,#REF!\nx,2026,5,,\n"
    partnerships = {"partnerships.csv": "partnership_id,name,region_code\np,Pee,NL11\n"}
    deliver(tmp_path, {"partners.csv": PARTNERS, "targets.csv": targets, **partnerships})
    assert rows(tmp_path, "select target_value, region_code from targets order by 1") == [(1.0, "NL11"), (5.0, None)]


def test_a_target_is_for_a_metric_that_there_is_and_a_period(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "targets.csv"
    path.write_text(
        "metric_id,period,target_value\nissues_open_count,2026 q3,1\nIssues-open-count,2027,2\n"
        "open issues,2026,3\nvragen,2026,4\nissues_open_count,spring,5\n"
    )
    metrics = {"issues_open_count": msg("Open issues"), "issues_new_count": msg("New issues")}
    load(store(tmp_path), deliveries([path], "a"), KEY, metrics=metrics)
    assert rows(tmp_path, "select metric_id, period, target_value from targets order by 3") == [
        ("issues_open_count", "2026-Q3", 1.0),
        ("issues_open_count", "2027", 2.0),
    ]
    with store(tmp_path).reading() as con:
        told = [(entry["row"], entry["reason_en"]) for entry in history.quarantined(con)]
    assert told == [
        (4, "This is not the id of a metric. Did you mean 'issues_open_count'?"),
        (5, "This is not the id of a metric. `ppp-metrics metrics` lists them all."),
        (6, "This is not a period. Write a quarter as 2026-Q3 or a year as 2026."),
    ]


def test_an_unknown_code_is_put_aside_with_the_nearest_and_of_people_without_its_text(tmp_path: Path) -> None:
    roles = "participant_id,role\ns1,studnt\ns2,docentt\ns3,jan@voorbeeld.nl\n"
    kinds = "partner_id,name,partner_type,region_code\nb,Bee,compny,NL11\n"
    deliver(tmp_path, {"participants.csv": roles, "partners.csv": kinds})
    with store(tmp_path).reading() as con:
        told = [(each["column"], each["value"], each["reason_en"].split(". ")[1:]) for each in history.quarantined(con)]
    assert told == [
        ("role", None, ["Did you mean 'student'?"]),
        ("role", None, ["Did you mean 'docent'?"]),
        ("role", None, []),
        ("partner_type", "compny", ["Did you mean 'company'?"]),
    ]


def test_a_spreadsheets_error_is_put_aside_with_what_stands_in_it(tmp_path: Path) -> None:
    issues = ISSUES.replace("proposed_date\n", "proposed_date,title,trl_start\n", 1).replace(
        "05\n", "05,#N/A,#WAARDE!\n"
    )
    deliver(
        tmp_path, {"partners.csv": PARTNERS, "issues.csv": issues + "#REF!,c1,water,proposed,2026-01-05,#1 in 2025,3\n"}
    )
    assert rows(tmp_path, "select issue_id, title, trl_start from issues") == [("i1", None, None)]
    assert put_aside(tmp_path) == [
        ("issues.csv", 2, "title", "#N/A", "This is an error of"),
        ("issues.csv", 2, "trl_start", "#WAARDE!", "This is an error of"),
        ("issues.csv", 3, "issue_id", "#REF!", "This is an error of"),
    ]


def test_a_word_for_nothing_is_empty_but_in_the_name_of_a_thing(tmp_path: Path) -> None:
    issues = "issue_id,partner_id,theme_code,issue_type,title,workplace_id,status,proposed_date,accepted_date\n"
    issues += "i1,c1,water,NA,NA,NA,proposed,2026-01-05,n.v.t.\nNA,c1,water,-,-,-,proposed,2026-01-05,\n"
    result = deliver(tmp_path, {"partners.csv": PARTNERS.replace("Aa", "NA"), "issues.csv": issues})
    assert rows(tmp_path, "select name from partners where partner_id = 'c1'") == [("NA",)]
    assert rows(tmp_path, "select issue_type, title, workplace_id, accepted_date from issues") == [
        ("assignment", None, None, None)
    ]
    assert put_aside(tmp_path) == [("issues.csv", 3, "issue_id", "NA", "This cell is required, and")]
    assert result.notices == []
    assert [str(reading) for reading in result.readings] == [
        "issues.csv: cells of issue_id that hold a word for nothing (NA) are read as empty: 1.",
        "issues.csv: cells of issue_type that hold a word for nothing (-, NA) are read as empty: 2.",
        "issues.csv: cells of title that hold a word for nothing (-, NA) are read as empty: 2.",
        "issues.csv: cells of workplace_id that hold a word for nothing (-, NA) are read as empty: 2.",
        "issues.csv: cells of accepted_date that hold a word for nothing (n.v.t.) are read as empty: 1.",
    ]


def test_a_key_with_what_nobody_sees_is_the_same_key(tmp_path: Path) -> None:
    # a zero width space, a no-break space at the end, and an accent of its own
    partners = "partner_id,name,partner_type,region_code\n\u200bc1\u00a0,Aa,company,NL11\ncafe\u0301,Bee,company,NL12\n"
    deliver(tmp_path, {"partners.csv": partners, "issues.csv": ISSUES + "i2,caf\u00e9,water,proposed,2026-01-05\n"})
    assert rows(tmp_path, "select issue_id, name from issues join partners using (partner_id) order by 1") == [
        ("i1", "Aa"),
        ("i2", "Bee"),
    ]
    assert put_aside(tmp_path) == []


def test_an_exact_repeat_counts_once_and_a_conflicting_key_not_at_all(tmp_path: Path) -> None:
    result = deliver(tmp_path, {"partners.csv": PARTNERS + "c1,Aa,company,NL11\nc2,Bee B.V.,company,NL12\n"})
    assert rows(tmp_path, "select partner_id, source_row from partners") == [("c1", 2)]
    assert [(row["row"], row["first_row"]) for row in result.repeats] == [(4, 2)]
    assert put_aside(tmp_path) == [
        ("partners.csv", 3, "partner_id", "c2", "This key stands more than"),
        ("partners.csv", 5, "partner_id", "c2", "This key stands more than"),
    ]


def test_an_irregular_file_is_read_line_by_line(tmp_path: Path) -> None:
    # line 2 has a cell too many, line 3 one too few (its last cells are empty), line 4-5 a cell with a line break
    text = (
        "partner_id,name,partner_type,region_code,size_class\nc1,Jansen, Piet,company,NL11,small\nc2,Bee,company,NL12\n"
    )
    deliver(tmp_path, {"partners.csv": text + 'c3,"C\nE",company,NL13,small\nc4,Dee,company,NL99,small\n'})
    assert rows(tmp_path, "select partner_id, source_row from partners order by 1") == [("c2", 3), ("c3", 4)]
    assert [(row, column) for _, row, column, *_ in put_aside(tmp_path)] == [(2, None), (6, "region_code")]


def test_of_a_long_file_that_is_read_side_by_side_each_row_has_its_number(tmp_path: Path) -> None:
    days = ["tomorrow" if at in (0, 150_000, 299_999) else "2026-01-05" for at in range(300_000)]
    lines = [f"i{at},c1,water,proposed,{day}" for at, day in enumerate(days)]
    deliver(tmp_path, {"partners.csv": PARTNERS, "issues.csv": "\n".join([ISSUES.splitlines()[0], *lines]) + "\n"})
    assert [row for _, row, *_ in put_aside(tmp_path)] == [2, 150_002, 300_001]
    assert rows(tmp_path, "select count(*) from issues where issue_id != 'i' || (source_row - 2)") == [(0,)]


def test_one_wrong_byte_does_not_lose_a_row(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "partners.csv"
    path.write_bytes(PARTNERS.encode() + "c3,Café,company,NL11\n".encode("cp1252"))
    load(store(tmp_path), deliveries([path], "a"), KEY)
    assert rows(tmp_path, "select name from partners order by partner_id")[-1] == ("Café",)


def test_every_row_is_kept_put_aside_or_a_repeat(tmp_path: Path) -> None:
    result = deliver(tmp_path, {"partners.csv": PARTNERS + PARTNERS.split("\n", 1)[1] + "c3,,x,y\n,,,\n"})
    for counts in result.tables.values():
        assert (
            counts["rows"] == counts["kept"] + counts["quarantined"] + counts["repeats"] == 5
        )  # the blank row is no row


def test_two_suppliers_may_use_the_same_keys(tmp_path: Path) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS, "issues.csv": ISSUES}, "a")
    deliver(tmp_path, {"partners.csv": PARTNERS.replace("Aa", "Zed"), "issues.csv": ISSUES}, "b")
    joined = "from issues join partners using (supplier, partner_id) order by 1"
    assert rows(tmp_path, f"select supplier, name {joined}") == [("a", "Aa"), ("b", "Zed")]


def test_a_load_replaces_the_suppliers_earlier_one_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 2026-01-01
    deliver(tmp_path, {"partners.csv": PARTNERS})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1769904000")  # 2026-02-01
    deliver(tmp_path, {"partners.csv": PARTNERS.replace("c2,Bee", "c3,Cee")})
    names = "select partner_id from partners order by 1"
    assert rows(tmp_path, names) == [("c1",), ("c3",)]
    with store(tmp_path).reading(known_at=date(2026, 1, 31)) as con:
        assert con.execute(names).fetchall() == [("c1",), ("c2",)]
    with store(tmp_path).reading(known_at=date(2025, 12, 31)) as con:
        assert con.execute(names).fetchall() == []


def test_people_are_pseudonymised_with_a_keyed_hash_and_never_stored(tmp_path: Path) -> None:
    deliver(
        tmp_path,
        {
            "partners.csv": PARTNERS,
            "issues.csv": ISSUES,
            "participants.csv": "participant_id,role,e-mail\nannaXbakker,student,anna@example.org\n",
            "participations.csv": "participant_id,issue_id,start_date\nannaXbakker,i1,2026-01-06\n"
            "unknownXperson,i1,2026-01-06\nraggedXperson,i1,2026-01-06,anna@example.org\n",
        },
    )
    expected = hmac.new(KEY, b"a\x1fannaXbakker", hashlib.sha256).hexdigest()[:32]
    assert rows(tmp_path, "select participant_id from participations") == [(expected,)]
    assert len(put_aside(tmp_path)) == 2
    stored = (tmp_path / "ppp.duckdb").read_bytes()
    for secret in (b"annaXbakker", b"unknownXperson", b"raggedXperson", b"anna@example", KEY):
        assert secret not in stored


def test_columns_that_have_no_place_are_refused_by_name_with_the_reason(tmp_path: Path) -> None:
    result = deliver(
        tmp_path,
        {"partners.csv": "partner_id,name,partner_type,region_code,Telefoonnummer,BSN\nc1,Aa,company,NL11,06,1\n"},
    )
    assert [notice.render("en") for notice in result.notices] == [
        "partners.csv: column 'Telefoonnummer' is refused and was not read: contact data has no place here.",
        "partners.csv: column 'BSN' is refused and was not read: a national identification number has no place here.",
    ]


def test_a_table_with_its_header_alone_says_that_there_is_none(tmp_path: Path) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS, "issues.csv": ISSUES, "outcomes.csv": OUTCOMES})
    assert ("outcomes", "implemented_date") in rows(tmp_path, "select table_name, column_name from delivered_columns")


def test_headers_alone_are_no_load(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sends headers without a single row: partners\.csv, outcomes\.csv"):
        deliver(tmp_path, {"partners.csv": PARTNERS.splitlines()[0], "outcomes.csv": OUTCOMES})


def test_nothing_can_refer_to_a_table_without_rows(tmp_path: Path) -> None:
    """As if it had not come along: what is required is refused in one sentence, what is not stands as it was sent."""
    issues = ISSUES.replace("proposed_date\n", "proposed_date,workplace_id\n").replace("01-05\n", "01-05,w1\n")
    workplaces = "workplace_id,partnership_id,name,workplace_type,opened_date\n"
    deliver(tmp_path, {"partners.csv": PARTNERS, "issues.csv": issues, "workplaces.csv": workplaces})
    assert rows(tmp_path, "select workplace_id from issues") == [("w1",)]
    with pytest.raises(DataError, match="this load has no partners"):
        deliver(tmp_path, {"partners.csv": PARTNERS.splitlines()[0], "issues.csv": ISSUES})


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    path.parent.mkdir(exist_ok=True)
    book.save(path)
    return path


def cells(text: str) -> list[list[object]]:
    return [list(line.split(",")) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["Blad1", "Sheet1", "Tabelle1", "Feuil1", "Export van 3 juli"])
def test_a_sheet_without_a_tables_name_is_the_one_of_its_file_if_it_has_the_columns(tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path / "a" / "partners.xlsx", {"Notes": [["x"], ["y"]], name: cells(PARTNERS)})
    result = load(store(tmp_path), deliveries([path], "a"), KEY)[0]
    assert result.tables["partners"]["kept"] == 2
    assert "partners.xlsx (Notes) was not loaded" in str(result.notices[0])


def test_two_sheets_that_could_be_the_table_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a" / "partners.xlsx", {"2025": cells(PARTNERS), "2026": cells(PARTNERS)})
    with pytest.raises(DataError, match="the sheets 2025, 2026 all have the columns of partners"):
        load(store(tmp_path), deliveries([path], "a"), KEY)


def test_an_error_of_excel_is_put_aside_in_text_and_numbers_alike(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a" / "all.xlsx",
        {
            "partners": cells(PARTNERS + "c3,#NAME?,company,NL11\n"),
            "issues": cells(
                ISSUES.replace("date\n", "date,title,trl_start\n").replace("01-05\n", "01-05,#REF!,#DIV/0!\n")
            ),
        },
    )
    book = openpyxl.load_workbook(path)
    for place in ("partners!B4", "issues!F2", "issues!G2"):
        sheet, _, cell = place.partition("!")
        book[sheet][cell].data_type = "e"
    book.save(path)
    load(store(tmp_path), deliveries([path], "a"), KEY)
    assert put_aside(tmp_path) == [
        ("all.xlsx", 2, "title", "#REF!", "This is an error of"),
        ("all.xlsx", 2, "trl_start", "#DIV/0!", "This is an error of"),
        ("all.xlsx", 4, "name", "#NAME?", "This is an error of"),
    ]
    assert rows(tmp_path, "select issue_id, title from issues") == [("i1", None)]
    assert rows(tmp_path, "select count(*) from partners") == [(2,)]


def test_merged_cells_touch_only_the_rows_they_are_in(tmp_path: Path) -> None:
    remarks: list[list[object]] = [
        ["Titel", None, None, None, None],
        *[[*row, "remark"] for row in cells(PARTNERS + "c3,Cee,company,NL13\n")],
    ]
    path = workbook(tmp_path / "a" / "all.xlsx", {"partners": remarks, "Toelichting": [["x", "y"]]})
    book = openpyxl.load_workbook(path)
    book["partners"].merge_cells("A1:E1")  # the title
    book["partners"].merge_cells("E3:E5")  # a column that is not read
    book["partners"].merge_cells("C4:C5")  # what kind of partner c3 is, is not clear
    book["Toelichting"].merge_cells("A1:B1")
    book.save(path)
    load(store(tmp_path), deliveries([path], "a"), KEY)
    assert rows(tmp_path, "select partner_id from partners") == [("c1",)]
    assert [(row, reason) for _, row, _, _, reason in put_aside(tmp_path)] == [
        (4, "This row has merged cells,"),
        (5, "This row has merged cells,"),
    ]


def test_a_merged_header_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a" / "partners.xlsx", {"partners": cells(PARTNERS)})
    book = openpyxl.load_workbook(path)
    sheet = book["partners"]
    sheet["E1"] = "size_class"
    sheet.merge_cells("E1:F1")
    book.save(path)
    with pytest.raises(DataError, match="the cells E1:F1 of the header are merged"):
        load(store(tmp_path), deliveries([path], "a"), KEY)


def test_a_formula_without_a_result_is_refused_where_it_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a" / "all.xlsx", {"partners": cells(PARTNERS), "sums": [["=1+1"]]})
    assert load(store(tmp_path), deliveries([path], "a"), KEY)[0].tables["partners"]["kept"] == 2
    path = workbook(tmp_path / "a" / "all.xlsx", {"partners": cells(PARTNERS.replace("Aa", "=B3"))})
    with pytest.raises(DataError, match="sheet partners: cell B2 holds a formula"):
        load(store(tmp_path), deliveries([path], "a"), KEY)


def test_what_is_missing_is_said_of_the_likely_header(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"required column region_code.*In row 2 stand: partner_id, name, partner_type"):
        deliver(tmp_path, {"partners.csv": "Onze partners;;\npartner_id;name;partner_type\nc1;Aa;company\n"})


def test_the_people_of_a_file_without_a_header_are_not_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no header with columns of participants") as error:
        deliver(tmp_path, {"partners.csv": PARTNERS, "participants.csv": "JanJansen,student\nPietPeters,student\n"})
    assert "Jan" not in str(error.value)


def test_the_encoding_is_told_and_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "a" / "partners.csv"
    path.parent.mkdir()
    path.write_bytes(PARTNERS.replace("Aa", "Łódź").encode("cp1250"))
    result = load(store(tmp_path), deliveries([path], "a"), KEY)[0]
    assert "was read as Windows-1250 (Central European)" in str(result.notices[0])
    path.write_bytes(PARTNERS.replace("Aa", "Muğla").encode("cp1254"))
    # of a load's files it is said of those that are not in UTF-8
    themes = path.with_name("themes.csv")
    themes.write_text("theme_code,name_en\nw,Été\n", encoding="utf-8")
    result = load(store(tmp_path), deliveries([path, themes], "a"), KEY, encoding="windows-1254")[0]
    assert result.notices == []
    assert rows(tmp_path, "select name_en from themes") == [("Été",)]
    assert rows(tmp_path, "select name from partners where partner_id = 'c1'") == [("Muğla",)]
    with pytest.raises(DataError, match="cannot be read as utf-8: line 2 is"):
        load(store(tmp_path), deliveries([path], "a"), KEY, encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"partnrs.csv": PARTNERS}, "Did you mean 'Partners'"),
        (
            {"partners.csv": PARTNERS.replace("region_code", "regiocde")},
            "region_code of partners. Did you mean it by 'regiocde'",
        ),
        ({"partners.csv": PARTNERS.replace("name", "naam,name", 1)}, "'naam' and 'name' both mean name"),
        ({"issues.csv": ISSUES}, "this load has no partners"),
    ],
)
def test_a_delivery_that_cannot_be_understood_is_refused_whole(
    tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        deliver(tmp_path, files)
    assert not store(tmp_path).path.exists()


def test_a_refused_load_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS})
    before = rows(tmp_path, "from partners")
    with pytest.raises(DataError):
        deliver(tmp_path, {"partners.csv": PARTNERS.replace("Aa", "Other"), "issues.csv": "issue_id,theme\n1,2\n"})
    assert rows(tmp_path, "from partners") == before
    assert rows(tmp_path, "select count(*) from loads") == [(1,)]


def test_strict_refuses_what_would_be_put_aside(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="put aside: rows 1, cells 0"):
        deliver(tmp_path, {"partners.csv": PARTNERS + "c3,,company,NL11\n"}, strict=True)


def test_themes_are_shared_between_suppliers(tmp_path: Path) -> None:
    deliver(tmp_path, {"themes.csv": "theme_code,name_en\nwater,Water\n"}, "a")
    files = {"partners.csv": PARTNERS, "issues.csv": ISSUES, "themes.csv": "theme_code,name_en\nsoil,Soil\n"}
    deliver(tmp_path, files | {"issues.csv": ISSUES + "i2,c1,air,proposed,2026-01-05\n"}, "b")
    assert rows(tmp_path, "select issue_id from issues") == [("i1",)]  # water is a's, soil is b's, air is nobody's


def test_old_region_codes_stand_beside_new_ones(tmp_path: Path) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS.replace("NL11", "NL31").replace("NL12", "NL35")})
    query = "select p.region_code, current_code from partners as p join regions using (region_code) order by 1"
    assert rows(tmp_path, query) == [("NL31", "NL35"), ("NL35", "NL35")]


def test_a_mapping_accounts_for_every_source_row(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping"
    mapping.mkdir()
    (mapping / "partners.sql").write_text(
        'select "Org" as partner_id, any_value("Name of it") as name, \'company\' as partner_type, '
        "'NL11' as region_code, "
        "list(source_row) as source_row from export where kind != 'draft' group by all"
    )
    (mapping / "issues.sql").write_text(
        "select \"Nr\" as issue_id, \"Org\" as partner_id, 'water' as theme_code, 'proposed' as status, "
        "\"Day\" as proposed_date, source_row from export where kind != 'draft'"
    )
    export = "Nr;Org;Name  of it;Day;kind\n1;o1;Aa;1-2-2026;x\n2;o1;Aa;2-2-2026;x\n3;;Bee;3-2-2026;x\n"
    export += "4;o2;Cee;4-2-2026;draft\n"
    result = deliver(tmp_path, {"export.csv": export}, mapping=mapping)
    assert rows(tmp_path, "select issue_id, source_row from issues order by 1") == [("1", 2), ("2", 3)]
    assert [(file, row, column) for file, row, column, *_ in put_aside(tmp_path)] == [
        ("export.csv", 4, "partner_id"),
        ("export.csv", 4, "partner_id"),
    ]
    assert [row["row"] for row in result.unused] == [5]
    assert "1 source rows give no issue, or nothing at all: 5." in str(result.notices[0])


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("select 1 as partner_id", "must pass on source_row"),
        ("drop table loads", "must be one SELECT"),
        ("select * from read_csv('/etc/passwd')", "does not run"),
        ("select nme from export", "does not run"),
        ("select source_row, Nr as partner_id, Nr as nme from export", "no column 'nme'. Did you mean: name"),
        ("select source_row, Nr as partner_id from export", "lacks the required column name"),
    ],
)
def test_a_wrong_mapping_is_one_sentence(tmp_path: Path, sql: str, sentence: str) -> None:
    mapping = tmp_path / "mapping"
    mapping.mkdir()
    (mapping / "partners.sql").write_text(sql)
    with pytest.raises(DataError, match=sentence):
        deliver(tmp_path, {"export.csv": "Nr;x\n1;2\n"}, mapping=mapping)


def test_the_fingerprint_tells_data_apart_not_loads(tmp_path: Path) -> None:
    def fingerprint() -> str:
        with store(tmp_path).reading() as con:
            return history.fingerprint(con)

    deliver(tmp_path, {"partners.csv": PARTNERS})
    first = fingerprint()
    deliver(tmp_path, {"partners.csv": PARTNERS})
    assert fingerprint() == first
    deliver(tmp_path, {"partners.csv": PARTNERS.replace("Aa", "Ab")})
    assert fingerprint() != first

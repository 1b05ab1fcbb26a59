"""Files of another shape: the two mappings in data/mappings on the real files they are for, and on small worlds.

The real files are read in place, beside the project; no row of them stands here.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.ingest import LoadResult, load
from tests.deliveries import KEY, deliver, put_aside, rows, store
from tools.project_files import ROOT

MAPPINGS = ROOT / "data" / "mappings"
REAL = ROOT.parent / "shared" / "real"
World = tuple[Path, LoadResult]

RCN_HEADER = (
    "Traktat kode (H2020);Programområde kode (H2020);Programområde (H2020);Prosjektnr;Prosjektkortnavn;Prosjektnavn;"
    "Kontraktstatus;Kontrakt signeringsdato;Kontrakt sluttdato;Søknadsdato;Organisasjonsnummer;Organisasjonsnavn;"
    "Organisasjon rolle;Deltakernr;FoU sektor;FoU kategori;Adresse fylke\n"
)
ESF_HEADER = (
    "Project_Nummer  Project_Number;Actie;Naam Aanvrager   Beneficiary name;"
    '"Locatie project  operation postcode; or other appropriate location indicator";Land  Country;'
    "Naam Project  Project Name;Startdatum project  Project start date;Einddatum project  Project end date;"
    "ESF subsidie toegekend verlening  ESF approved on request Union cofinancing (max 50%);"
    "ESF subsidie toegekend vaststelling  ESF approved on request Union cofinancing (max 50%);"
    "Datum Intrekking;Intrekking/Afwijzing\n"
)


def load_real(name: str, folder: Path, mapping: Path | None = None) -> World:
    if not REAL.is_dir():
        pytest.skip("the real files are not shipped with the project: they are looked for in ../shared/real")
    files = sorted(path for path in (REAL / name).iterdir() if path.name == "dataset.csv" or path.suffix == ".xls")
    return folder, load(store(folder), deliveries(files, name), KEY, mapping or MAPPINGS / name)[0]


@pytest.fixture(scope="module")
def rcn(tmp_path_factory: pytest.TempPathFactory) -> World:
    return load_real("no_rcn", tmp_path_factory.mktemp("rcn"))


@pytest.fixture(scope="module")
def esf(tmp_path_factory: pytest.TempPathFactory) -> World:
    return load_real("nl_esf", tmp_path_factory.mktemp("esf"))


def kept(world: World) -> dict[str, int]:
    return {name: counts["kept"] for name, counts in world[1].tables.items()}


def counted(world: World, query: str) -> dict[Any, int]:
    return dict(rows(world[0], f"{query} group by 1"))


def quarantined_lines(world: World) -> set[int]:
    return {line for (line,) in rows(world[0], "select source_row from quarantine where not row_kept")}


# --- no_rcn, against a count of its own with Python's csv module ------------------------------------------------------


def rcn_lines() -> dict[int, dict[str, str]]:
    """Line in the file -> cells. No cell of the file holds a line break, so a record is a line."""
    with (REAL / "no_rcn" / "dataset.csv").open(encoding="utf-8-sig", newline="") as stream:
        return dict(enumerate(csv.DictReader(stream, delimiter=";"), start=2))


def rcn_projects() -> dict[str, dict[str, str]]:
    """Project -> cells, of the projects of which some row has an organisation number."""
    return {row["Prosjektnr"]: row for row in rcn_lines().values() if row["Organisasjonsnummer"]}


def test_rcn_projects_become_issues_and_organisations_partners(rcn: World) -> None:
    organisations = {row["Organisasjonsnummer"] for row in rcn_lines().values()} - {""}
    closed = [row for row in rcn_projects().values() if row["Kontraktstatus"] == "CLOSED"]
    assert kept(rcn) == {
        "partnerships": 1955,  # 1,957 projects, less two without any organisation number
        "partners": 692,
        "memberships": 2927,  # 2,931 rows, less three without an organisation number and one repeat
        "themes": 7,
        "issues": 1955,
        "outcomes": 607,
    }
    assert (len(rcn_projects()), len(organisations), len(closed)) == (1955, 692, 607)


def test_rcn_every_source_row_is_used_or_quarantined_by_its_line_or_a_repeat(rcn: World) -> None:
    lines = rcn_lines()
    members = {line for (line,) in rows(rcn[0], "select source_row from memberships")}
    repeated = {entry["row"]: entry["first_row"] for entry in rcn[1].repeats}
    assert rcn[1].unused == []
    assert rcn[1].notices == []
    assert quarantined_lines(rcn) == {594, 691, 2434}
    assert quarantined_lines(rcn) == {line for line, row in lines.items() if not row["Organisasjonsnummer"]}
    assert repeated == {52: 51}
    assert members | quarantined_lines(rcn) | repeated.keys() == lines.keys()


def test_rcn_a_project_that_hangs_on_a_row_without_number_alone_is_quarantined_by_that_line(rcn: World) -> None:
    aside = rows(
        rcn[0],
        "select source_row, column_name, cells->>'issue_id' from quarantine where table_name = 'issues' order by 1",
    )
    assert aside == [(691, "partner_id", "956374"), (2434, "partner_id", "957039")]
    assert rows(rcn[0], "select status from issues where issue_id = '101003805'") == [("accepted",)]


def test_rcn_issues_by_year_of_application_are_those_of_the_file(rcn: World) -> None:
    years = Counter(int(row["Søknadsdato"][6:10]) for row in rcn_projects().values())
    assert counted(rcn, "select year(proposed_date), count(*) from issues") == years
    assert years[2020] == 324


def test_rcn_dates_and_statuses_are_those_of_the_contract(rcn: World) -> None:
    def day(text: str) -> date:
        return datetime.strptime(text, "%d.%m.%Y %H:%M").date()

    expected = {
        number: (
            day(row["Søknadsdato"]),
            day(row["Kontrakt signeringsdato"]),
            {"SIGNED": "accepted", "CLOSED": "delivered"}[row["Kontraktstatus"]],
            day(row["Kontrakt sluttdato"]) if row["Kontraktstatus"] == "CLOSED" else None,
            None,
        )
        for number, row in rcn_projects().items()
    }
    found = rows(
        rcn[0],
        "select issue_id, proposed_date, accepted_date, status, delivered_date, started_date "
        "from issues left join outcomes using (issue_id)",
    )
    assert {number: values for number, *values in found} == {number: [*row] for number, row in expected.items()}


def test_rcn_the_coordinator_proposes_or_else_the_first_participant_with_a_number(rcn: World) -> None:
    expected: dict[str, tuple[bool, int, str]] = {}
    for row in rcn_lines().values():
        if row["Organisasjonsnummer"]:
            rank = (row["Organisasjon rolle"] != "COORDINATOR", int(row["Deltakernr"]), row["Organisasjonsnummer"])
            expected[row["Prosjektnr"]] = min(rank, expected.get(row["Prosjektnr"], rank))
    found = dict(rows(rcn[0], "select issue_id, partner_id from issues"))
    assert found == {project: partner for project, (_, _, partner) in expected.items()}


def test_rcn_county_becomes_region_and_a_consortium_lies_where_its_proposer_does(rcn: World) -> None:
    counties = {
        row["Organisasjonsnummer"]: row["Adresse fylke"].split(" - ")[0]
        for row in rcn_lines().values()
        if row["Organisasjonsnummer"]
    }
    regions = dict(rows(rcn[0], "select partner_id, region_code from partners"))
    by_county = Counter((counties[partner], region) for partner, region in regions.items())
    assert by_county == {
        ("Oslo", "NO081"): 205,
        ("Viken", "NO082"): 135,
        ("Trøndelag", "NO060"): 67,
        ("Vestland", "NO0A2"): 66,
        ("Rogaland", "NO0A1"): 52,
        ("Vestfold og Telemark", "NO091"): 41,
        ("Agder", "NO092"): 30,
        ("Troms og Finnmark", "NO074"): 25,
        ("Innlandet", "NO020"): 24,
        ("Nordland", "NO071"): 24,
        ("Møre og Romsdal", "NO0A3"): 17,
        ("Svalbard", "NO0B2"): 3,
        ("", "NO"): 3,
    }
    elsewhere = (
        "from issues join partners using (partner_id) join partnerships using (partnership_id) "
        "where partnerships.region_code != partners.region_code"
    )
    assert rows(rcn[0], f"select count(*) {elsewhere}") == [(0,)]


def test_rcn_sector_becomes_type_of_partner(rcn: World) -> None:
    sectors = {
        row["Organisasjonsnummer"]: row["FoU kategori"] for row in rcn_lines().values() if row["Organisasjonsnummer"]
    }
    types = dict(rows(rcn[0], "select partner_id, partner_type from partners"))
    found: dict[str, set[str]] = {}
    for partner, partner_type in types.items():
        found.setdefault(partner_type, set()).add(sectors[partner])
    assert found == {
        "research_university": {"Universiteter", "Vitenskapelige høyskoler"},
        "university_of_applied_sciences": {"Statlige høyskoler", "Andre høyskoler"},
        "research_institute": {
            "Teknisk-industrielle institutter",
            "Øvrige forskningsinstitutter",
            "Miljøinstitutter",
            "Primærnæringsinstitutter",
            "Nasjonale samfunnsvitenskapelige institutter",
        },
        "company": {"Næringsliv"},
        "public_body": {
            "Helse Nord RHF",
            "Helse Sør-Øst RHF",
            "Helse Vest RHF",
            "Norges forskningsråd",
            "Øvrige offentlige",
        },
        "other": {"Øvrige andre"},
    }


def test_rcn_programme_area_becomes_theme_and_euratom_is_one(rcn: World) -> None:
    themes = Counter(row["Programområde kode (H2020)"] or "EURATOM" for row in rcn_projects().values())
    assert counted(rcn, "select theme_code, count(*) from issues") == themes
    assert rows(rcn[0], "select name_en from themes where theme_code = 'EURATOM'") == [("Euratom",)]
    assert rows(rcn[0], "select count(*) from themes where name_nl is null") == [(0,)]


def test_rcn_a_wrong_where_in_a_mapping_shows_as_unused_rows(tmp_path: Path) -> None:
    broken = tmp_path / "no_rcn"
    shutil.copytree(MAPPINGS / "no_rcn", broken)
    sql = (broken / "issues.sql").read_text(encoding="utf-8")
    (broken / "issues.sql").write_text(
        sql.replace("from source\n", "from source\n where \"Kontraktstatus\" = 'SIGNED'\n")
    )
    world = load_real("no_rcn", tmp_path, broken)
    closed = [line for line, row in rcn_lines().items() if row["Kontraktstatus"] == "CLOSED"]
    # Every other table still uses these rows: that they give no issue is what must show.
    assert [entry["row"] for entry in world[1].unused] == closed
    assert "839 source rows" in str(world[1].notices[0])


# --- no_rcn, small worlds ---------------------------------------------------------------------------------------------


def rcn_row(number: str, organisation: str = "1", *, area: str = "EU.1.;Excellent Science", status: str = "SIGNED",
            sector: str = "Næringsliv", county: str = "Oslo") -> str:  # fmt: skip
    return (
        f";{area};p{number};P{number};Project {number};{status};01.02.2020 00:00;31.01.2022 00:00;01.06.2019 00:00;"
        f"n{organisation};Org {organisation};COORDINATOR;1;{sector};{sector};{county}\n"
    )


def test_rcn_what_the_mapping_does_not_know_is_quarantined_and_not_guessed(tmp_path: Path) -> None:
    text = (
        rcn_row("1")
        + rcn_row("2", "2", county="Atlantis")
        + rcn_row("3", "3", sector="Romfart")
        + rcn_row("4", status="PAUSED")
        + rcn_row("5", area=";")
    )
    result = deliver(tmp_path, {"dataset.csv": RCN_HEADER + text}, mapping=MAPPINGS / "no_rcn")
    assert rows(tmp_path, "select issue_id from issues") == [("p1",)]
    assert result.unused == []
    assert {(row, column, value) for _, row, column, value, _ in put_aside(tmp_path)} >= {
        (3, "region_code", None),
        (4, "partner_type", "Romfart"),
        (5, "status", "PAUSED"),
        (6, "theme_code", None),
    }


def test_rcn_two_rows_that_tell_different_things_are_both_quarantined(tmp_path: Path) -> None:
    text = rcn_row("1", county="Oslo") + rcn_row("2", county="Viken")
    deliver(tmp_path, {"dataset.csv": RCN_HEADER + text}, mapping=MAPPINGS / "no_rcn")
    assert rows(tmp_path, "select * from partners") == []
    assert {(row, column) for _, row, column, *_ in put_aside(tmp_path)} >= {(2, "partner_id"), (3, "partner_id")}


# --- nl_esf, against a reading of its own with python-calamine --------------------------------------------------------


def esf_rows() -> list[list[Any]]:
    """Each row of the two sheets, as Excel holds them, with the action's file first and the row in it second."""
    from python_calamine import CalamineWorkbook

    found = []
    for action in "AD":
        workbook = CalamineWorkbook.from_path(str(REAL / "nl_esf" / f"esf0713_actie_{action}.xls"))
        cells = workbook.get_sheet_by_index(0).to_python()
        found += [[action, number, *row] for number, row in enumerate(cells[1:], start=2)]
    return found


ACTION, START, SETTLED, STATUS = 3, 11, 15, 19
"""Places of the cells in a row of `esf_rows`."""


def test_esf_all_rows_are_issues_of_211_applicants(esf: World) -> None:
    assert kept(esf) == {
        "partnerships": 1,
        "partners": 211,
        "themes": 4,
        "agreements": 1270,  # 949 + 210 rows without refusal, and 66 + 45 withdrawn after the award
        "issues": 1958,  # 306 + 1,652
        "outcomes": 1080,
    }
    assert (esf[1].unused, esf[1].notices, esf[1].repeats, quarantined_lines(esf)) == ([], [], [], set())
    files = counted(esf, "select file, count(*) from issues join sources using (load_id, source_id)")
    assert files == {"esf0713_actie_A.xls": 306, "esf0713_actie_D.xls": 1652}


def test_esf_issues_by_year_of_start_and_by_action_are_those_of_the_files(esf: World) -> None:
    cells = esf_rows()
    years = counted(esf, "select year(proposed_date), count(*) from issues")
    assert years == Counter(row[START].year for row in cells)
    assert years[2012] == 58
    assert counted(esf, "select theme_code, count(*) from issues") == Counter(row[ACTION] for row in cells)
    assert rows(esf[0], "select theme_code, parent_code from themes order by 1") == [
        ("A", None),
        ("A1", "A"),
        ("A2", "A"),
        ("D", None),
    ]


def test_esf_refusal_and_settlement_become_status(esf: World) -> None:
    def status(row: list[Any]) -> str:
        if row[STATUS]:
            return "declined" if row[STATUS] == "Afgewezen" else "stopped"
        return "delivered" if row[SETTLED] > 0 else "accepted"

    found = counted(esf, "select status, count(*) from issues")
    assert found == Counter(status(row) for row in esf_rows())
    assert found == {"delivered": 1080, "declined": 557, "stopped": 242, "accepted": 79}


def test_esf_award_and_settlement_become_agreement_and_outcome(esf: World) -> None:
    cells = esf_rows()
    awarded = [row for row in cells if row[STATUS] in ("", "Ingetrokken na verlening")]
    assert rows(esf[0], "select count(*), sum(fee_eur) from agreements where obligation = 'effort'") == [
        (len(awarded), sum(row[13] for row in awarded))
    ]
    assert rows(esf[0], "select sum(value_eur) from outcomes where value_evidence = 'verified'") == [
        (sum(row[SETTLED] for row in cells),)
    ]
    unlike = "(accepted_date is null) != (agreement_id is null) or (status = 'declined' and agreement_id is not null)"
    assert rows(esf[0], f"select count(*) from issues where {unlike}") == [(0,)]


def test_esf_every_place_lies_in_a_province(esf: World) -> None:
    assert counted(esf, "select region_code, count(*) from partners") == {
        "NL11": 15, "NL12": 3, "NL13": 2, "NL21": 13, "NL22": 30, "NL23": 8,
        "NL32": 23, "NL34": 3, "NL35": 33, "NL36": 50, "NL41": 20, "NL42": 11,
    }  # fmt: skip
    assert counted(esf, "select partner_type, count(*) from partners") == {
        "public_body": 95,
        "intermediary": 101,
        "other": 15,
    }


def test_esf_wrong_orders_of_dates_are_not_repaired(esf: World) -> None:
    wrong = rows(
        esf[0],
        "select file, i.source_row from issues as i join sources using (load_id, source_id) "
        "where closed_date < proposed_date order by 1, 2",
    )
    assert wrong == [
        ("esf0713_actie_A.xls", 2),
        ("esf0713_actie_D.xls", 762),
        ("esf0713_actie_D.xls", 845),
        ("esf0713_actie_D.xls", 1203),
    ]
    undated = "select status, count(*) from issues where status in ('declined', 'stopped') and closed_date is null"
    assert counted(esf, undated) == {"declined": 557, "stopped": 4}


# --- nl_esf, small worlds ---------------------------------------------------------------------------------------------


def esf_row(number: str, name: str, place: str, settled: str = "0", refusal: str = "") -> str:
    return f"{number};A;{name};{place};NL;Project;2010-01-01;2010-12-31;1000;{settled};;{refusal}\n"


def test_esf_a_place_is_a_province_or_no_place_the_country_and_is_never_guessed(tmp_path: Path) -> None:
    text = (
        esf_row("1", "Gemeente Emmen", "EMMEN")
        + esf_row("2", "Fonds X", "")
        + esf_row("3", "Fonds Y", "Zutphen") + esf_row("4", "Fonds Y", "") + esf_row("5", "Fonds Y", "")
        + esf_row("6", "Bedrijf Z", "Atlantis")
    )  # fmt: skip
    deliver(tmp_path, {"projecten.csv": ESF_HEADER + text}, mapping=MAPPINGS / "nl_esf")
    assert rows(tmp_path, "select name, partner_type, region_code from partners order by 1") == [
        ("Fonds X", "intermediary", "NL"),
        ("Fonds Y", "intermediary", "NL22"),  # the blank place stands more often, and says nothing
        ("Gemeente Emmen", "public_body", "NL13"),
    ]
    assert {(row, column) for _, row, column, *_ in put_aside(tmp_path)} == {(7, "region_code"), (7, "partner_id")}


def test_esf_what_cannot_be_read_is_put_aside_and_not_lost(tmp_path: Path) -> None:
    text = esf_row("1", "Fonds X", "Ede", settled="1.200") + esf_row("2", "Fonds X", "Ede", refusal="Zoekgeraakt")
    result = deliver(tmp_path, {"projecten.csv": ESF_HEADER + text}, mapping=MAPPINGS / "nl_esf")
    aside = {(row, column, value) for _, row, column, value, _ in put_aside(tmp_path)}
    assert {(2, "value_eur", "1.200"), (3, "status", "Zoekgeraakt")} <= aside
    assert result.unused == []


# --- any mapping ------------------------------------------------------------------------------------------------------

EXPORT = "id,firm,day\n1,a,2026-01-01\n2,b,2026-01-02\n"
ONE_PARTNER_A_FIRM = (
    "select firm as partner_id, firm as name, 'company' as partner_type, 'NL' as region_code, "
    "list(source_row) as source_row from source group by firm"
)
ONE_THEME = "select 'water' as theme_code, 'Water' as name_en, list(source_row) as source_row from source"
ONE_ISSUE_A_ROW = (
    "select id as issue_id, firm as partner_id, 'water' as theme_code, 'proposed' as status, day as proposed_date, "
    "source_row from {}"
)


def write_mapping(folder: Path, issues: str, themes: str = ONE_THEME, partners: str = ONE_PARTNER_A_FIRM) -> Path:
    mapping = folder / "mapping"
    mapping.mkdir()
    for table, sql in {"partners": partners, "themes": themes, "issues": issues}.items():
        (mapping / f"{table}.sql").write_text(sql)
    return mapping


def test_a_row_that_gives_its_proposer_and_no_issue_is_unused(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format("export where id = '1'"))
    assert [entry["row"] for entry in deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping).unused] == [3]


def test_a_file_with_rows_of_two_kinds_has_no_unused_rows(tmp_path: Path) -> None:
    export = "kind,id,firm,day\nfirm,,a,\nissue,1,a,2026-01-01\n"
    mapping = write_mapping(
        tmp_path,
        ONE_ISSUE_A_ROW.format("export where kind = 'issue'"),
        partners=ONE_PARTNER_A_FIRM.replace("group by", "where kind = 'firm' group by"),
    )
    assert deliver(tmp_path, {"export.csv": export}, mapping=mapping).unused == []


@pytest.mark.parametrize("rows_of_the_theme", ["null::bigint", "7::bigint", "[min(source_row), null]", "[]::bigint[]"])
def test_a_record_that_stands_on_no_source_row_is_refused(tmp_path: Path, rows_of_the_theme: str) -> None:
    themes = ONE_THEME.replace("list(source_row)", rows_of_the_theme)
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format("export"), themes)
    with pytest.raises(DataError, match=r"themes\.sql makes . rows that stand on no row"):
        deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping)


@pytest.mark.parametrize("name", ["loads", "sources", "source", "quarantine", "issues"])
def test_a_file_may_have_a_name_that_the_database_uses_too(tmp_path: Path, name: str) -> None:
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format(name))
    deliver(tmp_path, {f"{name}.csv": EXPORT}, mapping=mapping)
    assert rows(tmp_path, "select issue_id, source_row from issues order by 1") == [("1", 2), ("2", 3)]


def test_files_of_one_name_in_two_folders_are_one_relation(tmp_path: Path) -> None:
    for folder, text in {"2025": EXPORT, "2026": "id,firm,day\n3,a,2026-02-01\n"}.items():
        (tmp_path / "sent" / folder).mkdir(parents=True)
        (tmp_path / "sent" / folder / "export.csv").write_text(text)
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format("export"))
    load(store(tmp_path), deliveries([tmp_path / "sent"], "s"), KEY, mapping)
    assert rows(tmp_path, "select issue_id, source_id, source_row from issues order by 1") == [
        ("1", 1, 2),
        ("2", 1, 3),
        ("3", 2, 2),
    ]


@pytest.mark.parametrize("blank", ["", '""', " ", "\u00a0"])
def test_a_blank_cell_is_null_to_a_mapping_however_the_file_writes_it(tmp_path: Path, blank: str) -> None:
    mapping = write_mapping(
        tmp_path, ONE_ISSUE_A_ROW.format("export").replace("day as", "coalesce(day, '2026-03-01') as")
    )
    deliver(tmp_path, {"export.csv": f"id,firm,day\n1,a,{blank}\n"}, mapping=mapping)
    assert rows(tmp_path, "select proposed_date from issues") == [(date(2026, 3, 1),)]


def test_an_empty_line_of_a_spreadsheet_is_no_row_and_a_column_called_source_row_hides_none(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format("export").replace("id as", '"source_row 2" as'))
    result = deliver(tmp_path, {"export.csv": "source_row,firm,day\n,,\n90,a,2026-01-01\n"}, mapping=mapping)
    assert rows(tmp_path, "select issue_id, source_row from issues") == [("90", 3)]
    assert result.unused == []


def test_a_row_with_too_many_cells_is_quarantined_and_the_others_are_mapped(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format("export"))
    deliver(tmp_path, {"export.csv": EXPORT + "3,c,2026-01-03,more\n4,a\n"}, mapping=mapping)
    assert rows(tmp_path, "select issue_id from issues order by 1") == [("1",), ("2",)]
    assert [(row, column) for _, row, column, *_ in put_aside(tmp_path)] == [(4, None), (5, "proposed_date")]


THERE = 'There are: "id", "firm", "day".'


@pytest.mark.parametrize(
    ("issues", "sentence"),
    [
        ("select Idd from export", f"Line 1: There is no 'Idd' in the files. Did you mean \"id\"? {THERE}"),
        (
            "select\n\n  e.fir from export as e",
            f"Line 3: There is no 'fir' in the files. Did you mean \"firm\"? {THERE}",
        ),
        ("select Titel from source", f"Line 1: There is no 'Titel' in the files. {THERE}"),
        (
            "\nselect id from exprt",
            "Line 2: There is no 'exprt' in the files. Did you mean \"export\"? There are: export",
        ),
        ("select id\nfrm export", 'Line 2: syntax error at or near "export"'),
        ("-- none", "must be one SELECT"),
        (ONE_ISSUE_A_ROW.format("export").replace("day as", "\nfirm::date as"), "Line 2: a cell is not what is"),
    ],
)
def test_a_mapping_that_does_not_run_is_told_by_line_and_by_what_there_is(
    tmp_path: Path, issues: str, sentence: str
) -> None:
    mapping = write_mapping(tmp_path, issues)
    with pytest.raises(DataError, match=rf"^The mapping issues\.sql .*{re.escape(sentence)}") as refused:
        deliver(tmp_path, {"export.csv": EXPORT.replace(",a,", ",anna,")}, mapping=mapping)
    told = str(refused.value)
    # neither a cell, which may be somebody's, nor SQL that the mapping's author did not write
    assert [word for word in ("anna", "describe", "list_sort", "\n") if word in told] == []


def test_of_several_files_each_has_its_columns(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, "select daj from source")
    files = {"export.csv": EXPORT, "other.csv": "nr,date\n1,x\n"}
    with pytest.raises(DataError, match=r'There are: export \("id", "firm", "day"\); other \("nr", "date"\)\.'):
        deliver(tmp_path, files, mapping=mapping)
    # of those that the mapping names, if it names any
    (mapping / "issues.sql").write_text("select daj from other")
    with pytest.raises(DataError, match=r'There are: "nr", "date"\.'):
        deliver(tmp_path, files, mapping=mapping)


@pytest.mark.parametrize("end", [";", ";\n", " ; -- that was it\n", ";\n/* that;\nwas it */", "\n-- done; over"])
def test_a_mapping_may_end_as_sql_does(tmp_path: Path, end: str) -> None:
    mapping = write_mapping(tmp_path, "\ufeff" + ONE_ISSUE_A_ROW.format("export") + end)
    deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping)
    assert rows(tmp_path, "select count(*) from issues") == [(2,)]


def test_a_mapping_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, "")
    (mapping / "issues.sql").write_bytes("select 'één' as x".encode("cp1252"))
    with pytest.raises(DataError, match=r"issues\.sql is not UTF-8"):
        deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping)
    (mapping / "issues.sql").unlink()
    (mapping / "issues.sql").mkdir()
    with pytest.raises(DataError, match=r"issues\.sql cannot be read: "):
        deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping)

"""A region by the name of its area, or its code of ISO 3166-2, where one area is meant; else put aside."""

from __future__ import annotations

from pathlib import Path

from tests.deliveries import deliver, put_aside, rows


def regions(folder: Path, *cells: str) -> list[str]:
    """The codes of partners whose region is written so; those put aside are not among them."""
    lines = "".join(f"c{at},Aa,company,{cell}\n" for at, cell in enumerate(cells))
    deliver(folder, {"partners.csv": "partner_id,name,partner_type,region_code\n" + lines})
    return [code for (code,) in rows(folder, "select region_code from partners order by source_row")]


NAMES = {
    "Groningen": "NL11",
    "NL-GR": "NL11",
    "nl-gr": "NL11",
    "Provincie Groningen": "NL11",
    "provincie  groningen": "NL11",
    "Fryslân": "NL12",
    "Fryslan": "NL12",
    "Friesland (NL)": "NL12",
    "Utrecht": "NL35",  # the province, not the part of it that is all of it
    "NL-UT": "NL35",
    "Noord Brabant": "NL41",
    "Groot-Amsterdam": "NL32B",
    "NL31": "NL31",  # an old code stays what it is
    "nl11": "NL11",
}


def test_a_name_that_means_one_area_is_read(tmp_path: Path) -> None:
    found = dict(zip(NAMES, regions(tmp_path, *NAMES), strict=True))
    assert found == NAMES


def test_a_province_goes_before_a_part_of_another_countrys(tmp_path: Path) -> None:
    # there is a district of Friesland in Germany, too
    assert regions(tmp_path, "Friesland") == ["NL12"]
    assert regions(tmp_path, "Friesland", "DE21") == ["DE94A", "DE21"]


def test_of_two_countries_the_one_of_the_other_cells_is_meant(tmp_path: Path) -> None:
    assert regions(tmp_path, "Limburg", "NL11") == ["NL42", "NL11"]
    assert regions(tmp_path, "Limburg", "BE21") == ["BE22", "BE21"]
    assert regions(tmp_path, "Limburg (BE)", "NL11") == ["BE22", "NL11"]


def test_a_name_of_two_areas_is_put_aside_with_both(tmp_path: Path) -> None:
    assert regions(tmp_path, "Limburg", "NL11", "BE21") == ["NL11", "BE21"]
    [(_, row, column, value, _)] = put_aside(tmp_path)
    assert (row, column, value) == (2, "region_code", "Limburg")
    [(values,)] = rows(tmp_path, "select reason_values->>'guess' from quarantine")
    assert values == "BE22 (Prov. Limburg (BE)) / NL42 (Limburg (NL))"


def test_a_misspelt_name_is_put_aside_with_the_nearest(tmp_path: Path) -> None:
    assert regions(tmp_path, "Gronigen", "Assen", "NL99") == []
    guesses = rows(tmp_path, "select value, reason_values->>'guess' from quarantine order by source_row")
    assert guesses[0] == ("Gronigen", "NL11 (Groningen)")
    assert guesses[2] == ("NL99", None)


def test_a_registration_number_is_completed_by_the_country_that_a_name_says(tmp_path: Path) -> None:
    partners = "partner_id,name,partner_type,region_code,registration_number\n"
    partners += "c1,Aa,company,Groningen,1234567\nc2,Bb,company,NL-FR,KvK 01.23.45.67\nc3,Cc,company,DE94A,1234567\n"
    deliver(tmp_path, {"partners.csv": partners})
    assert rows(tmp_path, "select registration_number from partners order by partner_id") == [
        ("01234567",),
        ("01234567",),
        ("1234567",),
    ]

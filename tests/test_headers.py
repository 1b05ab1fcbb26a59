"""A header is the row that names a table's columns, wherever it stands."""

from __future__ import annotations

from ppp_metrics.records.headers import Header, find_header

THEMES = ["Themacode", "naam (Engels)", "name_en", "note"]


def test_the_header_is_the_first_row_that_names_every_required_column() -> None:
    assert find_header(["Blad1", "themes"], [["Themes"], ["x", "y"], THEMES, ["w", "Water"], THEMES]).place == 2


def test_else_it_is_the_row_that_names_the_most_columns() -> None:
    rows = [["Onze partners"], ["name", "partner_type"], ["partner_id", "name", "partner_type"], ["p1", "name", "x"]]
    assert find_header(["partners"], rows).place == 2


def test_a_cell_that_is_a_columns_name_by_accident_makes_no_header() -> None:
    assert find_header(["partners"], [["id", "label"], ["1", "name"]]).place == 0


def test_of_an_unknown_table_it_is_the_first_row() -> None:
    assert find_header(["export", None], [["a"], ["partner_id", "name", "partner_type", "region_code"]]) == Header(
        0, 0, 0
    )


def test_so_many_cells_reach_the_required_ones() -> None:
    assert (
        find_header(["partners"], [["partner_id", "name", "sector_code", "partner_type", "region_code", "x"]]).needed
        == 5
    )

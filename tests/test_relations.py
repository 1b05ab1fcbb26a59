"""A view read for some of its columns: the same rows, without what nobody asked for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from ppp_metrics.metrics.relations import VIEWS, create_views, prepare, relation, view_columns
from tests.random_worlds import ON_WORLDS, TODAY, session, worlds
from tests.reference_records import Records


def test_a_question_about_themes_joins_neither_companies_nor_outcomes() -> None:
    sql = relation("issue_facts", "proposed_date theme")
    assert "issues" in sql
    assert not {"organisations", "outcomes", "agreements", "partnership_settings"} & set(sql.split())


def test_what_a_column_is_made_of_is_joined() -> None:
    # a region is the company's, else the partnership's; an obligation the issue's, else the agreement's
    assert {"organisations", "partnership_settings"} <= set(relation("issue_facts", "region_code").split())
    assert "agreements" in relation("issue_facts", "obligation")
    assert "outcomes" in relation("issue_learning", "is_delivered")


def test_a_name_that_two_relations_share_is_asked_only_of_the_one_that_gives_it() -> None:
    # an outcome and an issue both have a day of delivery
    assert "first_deliveries" not in relation("outcome_facts", "delivered_date theme")


def test_what_only_a_column_left_out_was_made_of_is_left_out_too() -> None:
    # whether a post measurement is matched is a question of days: no result is read, nor the issue that it names
    sql = relation("measurements", "is_matched")
    assert "measured_date" in sql
    assert "last_pre" not in sql
    assert "partnership_id" not in relation("learning_pairs", "gain").split("as measured_date")[1]


def test_what_settles_which_of_several_results_counts_is_never_left_out() -> None:
    # of several on one day the least by partnership and points, whichever of these is asked for
    result = "{partnership_id: partnership_id, points: points} as result"
    assert result in relation("learning_pairs", "gain")
    assert result in relation("learning_pairs", "partnership")


def test_a_story_is_told_by_partnership_without_reading_partnerships() -> None:
    # the key is the partnership's name, but for keys that two suppliers use
    sql = relation("story_reach", "partnership cycle")
    assert "shared_partnerships" in sql
    assert not {"partnership_settings", "person_settings"} & set(sql.split())


@pytest.mark.parametrize("view", VIEWS)
@ON_WORLDS
@given(records=worlds())
def test_the_rows_are_those_of_the_view_however_little_is_read(view: str, records: Records) -> None:
    con = session(records)
    prepare(con)
    create_views(con)
    for name, day in {"as_of": TODAY, "window_start": date(2024, 1, 1), "window_end": TODAY}.items():
        con.execute(f"set variable {name} = ?", [day])
    columns = view_columns()[view]
    for read in (columns, *([name] for name in columns)):
        listed = ", ".join(read)
        query = "select {columns} from {source} order by all"
        [of_view, of_relation] = (
            con.execute(query.format(columns=listed, source=source)).fetchall()
            for source in (view, relation(view, listed))
        )
        assert of_relation == of_view, (view, read)

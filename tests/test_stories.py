"""Stories of value: which are shown, and what is not said of who told them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from ppp_metrics.api import open_workspace
from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.slices import slice_digests
from ppp_metrics.metrics.stories import Story, stories
from ppp_metrics.periods import Period
from ppp_metrics.records.reviews import STORY_ID, keep_verdicts, told_stories, verdicts_digest
from ppp_metrics.reporting import dashboard
from tests.networks import PERIOD, make_network
from tests.worlds import world

STORIES = """
    partners
    partner_id | name
    c1         | Wadkant Techniek

    partnerships
    partnership_id | region_code
    p1             | NL114
    p2             | NL310

    participants
    participant_id | role
    s1             | student
    s2             | student
    s3             | student
    s4             | student
    s5             | student
    t1             | teacher

    value_stories
    participant_id | partnership_id | cycle     | story_date | consent | story
    s1             | p1             | immediate | 2025-05-01 | true    | The first
    s2             | p1             | immediate | 2025-06-01 | true    | The newest
    s3             | p1             | immediate | 2025-07-01 | false   | Without consent
    s4             | p1             | immediate | 2025-07-02 | -       | Nobody asked
    s5             | p1             | potential | 2025-07-03 | true    | -
    t1             | p1             | applied   | 2025-07-04 | true    | Wadkant techniek uses it now
    t1             | p2             | realized  | 2025-07-05 | true    | Another region
    t1             | p1             | realized  | 2019-07-05 | true    | Long ago
"""


def told(con: DuckDBPyConnection, region: str = "NL11", edition: str = "coordinator") -> list[Story]:
    waiting = told_stories(con)
    keep_verdicts(con, waiting, {story.story_id: True for story in waiting})
    return shown(con, region, edition)


def shown(con: DuckDBPyConnection, region: str = "NL11", edition: str = "coordinator") -> list[Story]:
    return stories(con, Period(2025, 4), region=region, edition=edition, today=date(2026, 11, 23))


def test_the_newest_with_consent_and_the_role_only_of_five() -> None:
    # five students told a story here, and one teacher
    assert told(world(STORIES)) == [
        Story("The newest", "immediate", "student"),
        Story("Wadkant techniek uses it now", "applied", None),
    ]
    assert told(world(STORIES), "NL35") == [Story("Another region", "realized", None)]


def test_for_funders_no_story_names_a_company() -> None:
    assert [story.text for story in told(world(STORIES), edition="funder")] == ["The newest"]


def test_four_of_a_role_are_not_said_to_have_it() -> None:
    con = world(STORIES.replace("    s5             | p1             | potential | 2025-07-03 | true    | -\n", ""))
    assert told(con)[0] == Story("The newest", "immediate", None)


def test_a_story_is_text_and_never_markup(tmp_path: Path) -> None:
    told_by = "participant_id,partnership_id,cycle,story_date,consent,story\n"
    make_network(
        tmp_path,
        partnerships="partnership_id,name,region_code\np1,Noord,NL114\n",
        value_stories=told_by + 's01,p1,immediate,2025-05-01,yes,"<script>alert(1)</script> & <b>more</b>"\n',
    )
    ws = open_workspace(tmp_path)
    ws.review_stories({story.story_id: True for story in ws.stories()})
    report = dashboard.open_report(tmp_path, "learning_effects", period=PERIOD, region="NL", lang="en")
    made = report.stories().html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;more&lt;/b&gt;" in made
    assert "Immediate" in made or "immediate" in made
    assert not {"s01", "Noord", "tudent"} & set(made.split())


def test_no_story_is_shown_that_nobody_has_read() -> None:
    con = world(STORIES)
    assert shown(con) == []
    read = {story.story: story.story_id for story in told_stories(con)}
    assert sorted(read) == ["Another region", "Long ago", "The first", "The newest", "Wadkant techniek uses it now"]
    keep_verdicts(con, told_stories(con), {read["The first"]: True, read["The newest"]: False})
    # the newest is kept back: the one before it is shown
    assert [story.text for story in shown(con)] == ["The first"]


def test_a_story_that_has_changed_is_read_anew() -> None:
    before, after = world(STORIES), world(STORIES.replace("The newest", "The newest, by me"))
    [first] = [story.story_id for story in told_stories(before) if story.story == "The newest"]
    told_now = {story.story: story for story in told_stories(after)}
    assert told_now["The newest, by me"].story_id != first
    assert first not in {story.story_id for story in told_now.values()}
    with pytest.raises(UsageError, match="There is no story"):
        keep_verdicts(after, list(told_now.values()), {first: True})


def test_a_verdict_is_kept_by_the_workspace_and_goes_with_its_teller(tmp_path: Path) -> None:
    make_network(
        tmp_path,
        partnerships="partnership_id,name,region_code\np1,Noord,NL114\n",
        value_stories="participant_id,partnership_id,cycle,story_date,consent,story\ns01,p1,immediate,2025-05-01,yes,Aha\n",
    )
    ws = open_workspace(tmp_path)
    [story] = ws.stories()
    ws.review_stories({story.story_id: True})
    assert [each.is_approved for each in ws.stories()] == [True]
    ws.erase(supplier=story.supplier)
    assert ws.stories() == []
    with ws.connect() as con:
        assert con.execute("from main.story_reviews").fetchall() == []


def test_the_id_of_a_story_does_not_show_its_teller() -> None:
    con = world(STORIES)
    ids = con.execute(f"select {STORY_ID} from value_stories where story is not null").fetchall()
    assert all(len(story_id) == 12 and int(story_id, 16) >= 0 for (story_id,) in ids)
    assert len(set(ids)) == len(ids)


def test_a_verdict_makes_the_reports_of_its_region_anew() -> None:
    con = world(STORIES)

    def state() -> tuple[str, dict[str, str]]:
        return verdicts_digest(con), slice_digests(con, date(2025, 12, 31))

    unread = state()
    [story] = [each for each in told_stories(con) if each.story == "The newest"]
    keep_verdicts(con, [story], {story.story_id: True})
    approved = state()
    keep_verdicts(con, [story], {story.story_id: False})
    assert len({digest for digest, _ in (unread, approved, state())}) == 3
    assert len({slices.get("NL") for _, slices in (unread, approved, state())}) == 3

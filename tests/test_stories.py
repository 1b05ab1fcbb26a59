"""Stories of value: which are shown, and what is not said of who told them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from ppp_metrics.metrics.stories import Story, stories
from ppp_metrics.periods import Period
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
    report = dashboard.open_report(tmp_path, "learning_effects", period=PERIOD, region="NL", lang="en")
    made = report.stories().html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;more&lt;/b&gt;" in made
    assert "Immediate" in made or "immediate" in made
    assert not {"s01", "Noord", "tudent"} & set(made.split())

"""Stories of value that may be shown: with consent, read by a person, and never so that it is clear who told them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ppp_metrics.metrics.disclosure import PEOPLE_THRESHOLD
from ppp_metrics.metrics.metric import WINDOWS
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period
from ppp_metrics.records.reviews import STORY_ID, create_verdict_view

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Story:
    """What somebody told; `role` is None where few who told a story have it."""

    text: str
    cycle: str
    role: str | None


def stories(con: DuckDBPyConnection, period: Period, *, region: str, edition: str, today: date) -> list[Story]:
    """The newest story of each cycle of value that may be shown, told in the four quarters that end with the period.

    That is one with consent that a person has read and approved.
    Never says the partner; the role where at least 5 people with it told a story in this region and these quarters.
    For funders no story that names a company.
    """
    prepare(con)
    create_verdict_view(con)
    as_of = period.as_of(today)
    first, last = WINDOWS["year"].bounds(period, as_of)
    rows = con.execute(
        f"""
        with told as (
            select
                story.story,
                story.cycle,
                story.consent,
                story_id in (select story_id from story_verdicts where is_approved) as is_approved,
                story.story_date,
                person.role,
                count(distinct (story.supplier, story.participant_id)) over (partition by person.role) as tellers
            from (select *, {STORY_ID} as story_id from value_stories) as story
            join participants as person using (supplier, participant_id)
            join partnership_settings as partnership using (supplier, partnership_id)
            join region_paths as area using (region_code)
            where list_contains(area.path, $region) and story.story_date between $first and $last
        )

        select story, cycle, if(tellers >= $least, role, null)
        from told
        where
            consent
            and is_approved
            and trim(story) <> ''
            and not (
                $edition = 'funder'
                and exists (
                    from partners as partner
                    where length(trim(partner.name)) > 2 and contains(lower(told.story), lower(trim(partner.name)))
                )
            )
        qualify row_number() over (partition by cycle order by story_date desc, story) = 1
        order by list_position(getvariable('cycles'), cycle)
        """,
        {"region": region, "first": first, "last": min(last, as_of), "least": PEOPLE_THRESHOLD, "edition": edition},
    ).fetchall()
    return [Story(*row) for row in rows]

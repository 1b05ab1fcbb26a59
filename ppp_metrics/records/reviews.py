"""What a person who read a story of value said of it: may it be shown? A story that has changed is another story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.periods import now

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STORY_ID = "sha256(concat_ws(chr(31), supplier, participant_id, partnership_id, cycle, story_date, story))[:12]"
"""SQL: of who told it, of what and in which words, so that a verdict holds for these words only; nobody can read it."""


@dataclass(frozen=True)
class ToldStory:
    """A story with consent; `is_approved` is None where nobody has said yet."""

    story_id: str
    supplier: str
    cycle: str
    story_date: date
    story: str
    is_approved: bool | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def create_verdict_view(con: DuckDBPyConnection) -> None:
    """Makes the temporary view `story_verdicts`: story_id, supplier, is_approved."""
    kept = "story_id, supplier, is_approved from main.story_reviews"
    none = "null::varchar as story_id, null::varchar as supplier, null::boolean as is_approved where false"
    con.execute(f"create or replace temp view story_verdicts as select {kept if _is_kept(con) else none}")


def verdicts_digest(con: DuckDBPyConnection) -> str:
    """A hash of what may be shown, as a report depends on it beside the records."""
    create_verdict_view(con)
    [(digest,)] = con.execute(
        "select coalesce(sum(hash(story_id, is_approved)), 0)::varchar from story_verdicts"
    ).fetchall()
    return str(digest)


def told_stories(con: DuckDBPyConnection) -> list[ToldStory]:
    """Every story of the newest loads that may be shown if a person says so, the oldest first."""
    create_verdict_view(con)
    rows = con.execute(
        "select story_id, supplier, cycle, story_date, story, "
        "(select any_value(is_approved) from story_verdicts as v where v.story_id = told.story_id) "
        f"from (select *, {STORY_ID} as story_id from value_stories) as told "
        "where consent and trim(story) != '' order by supplier, story_date, story_id"
    ).fetchall()
    return [ToldStory(*row) for row in rows]


def keep_verdicts(con: DuckDBPyConnection, told: list[ToldStory], verdicts: Mapping[str, bool]) -> None:
    """Writes down what a person said. Raises UsageError for a story that is not there."""
    known = {story.story_id: story for story in told}
    for story_id in verdicts:
        if story_id not in known:
            raise UsageError(
                msg(
                    "There is no story '{story}' with consent. `ppp-metrics stories review --list` shows all; "
                    "did you mean {guess}?",
                    story=story_id,
                    guess=nearest(story_id, known) or next(iter(known), "-"),
                )
            )
    if verdicts:
        con.execute(
            "create table if not exists main.story_reviews "
            "(story_id varchar primary key, supplier varchar, is_approved boolean, reviewed_at timestamp)"
        )
        con.executemany(
            "insert or replace into main.story_reviews values (?, ?, ?, ?)",
            [[story_id, known[story_id].supplier, verdict, now()] for story_id, verdict in verdicts.items()],
        )


def forget_verdicts(con: DuckDBPyConnection) -> None:
    """Removes the verdicts on stories that no load holds any longer."""
    if _is_kept(con):
        con.execute(
            f"delete from main.story_reviews where story_id not in (select {STORY_ID} "
            "from history.value_stories join main.loads using (load_id) where story is not null)"
        )


def _is_kept(con: DuckDBPyConnection) -> bool:
    """A database has the table from its first verdict on."""
    found = (
        "select 1 from duckdb_tables() where schema_name = 'main' and table_name = 'story_reviews' and not temporary"
    )
    return bool(con.execute(found).fetchall())

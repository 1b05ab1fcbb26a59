"""The numbers of a release that several regions ask for: found for all of them at once, before reports are made."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

from ppp_metrics.errors import PppError
from ppp_metrics.metrics.compute import compute_areas
from ppp_metrics.metrics.dimensions import sliced_by
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.question import AREA
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period, today
from ppp_metrics.records.history import fingerprint
from ppp_metrics.records.store import Store
from ppp_metrics.reporting.handover import Release, Rows, asked_number, records_of
from ppp_metrics.reporting.release import Questions, regions_by_question
from ppp_metrics.workspace import Workspace

Asked = tuple[str, str, Sequence[str]]
"""Edition, question as JSON, and the regions that ask it."""


def prefetch(
    place: Workspace, asked: Questions, release: Release, pool: Executor, parts: int, *, is_protected: bool
) -> list[Future[None]]:
    """Begin to answer, in the processes of a pool, what two regions or more ask: their kernels find its numbers.

    What is protected waits for the release to know what it withholds; of the rest nothing ever is.
    """
    shared = [
        (edition, question, regions)
        for (edition, question), regions in regions_by_question(asked).items()
        if len(regions) > 1 and _is_shareable(question) and _is_protected(edition, question) == is_protected
    ]
    return [pool.submit(_answer, place.database, release, shared[at::parts], is_protected) for at in range(parts)]


def _is_shareable(question_text: str) -> bool:
    question = json.loads(question_text)
    return "loads" not in question and find_metric(question["metric"]).kind not in ("comparison", "variation")


def _is_protected(edition: str, question_text: str) -> bool:
    return threshold(find_metric(json.loads(question_text)["metric"]), edition) > 0


def _answer(database: Path, release: Release, asked: Sequence[Asked], is_protected: bool) -> None:
    with Store(database).reading() as con:
        prepare(con)
        records, day = fingerprint(con), today()
        for edition, question_text, regions in asked:
            question = json.loads(question_text)
            # what cannot be asked is told by the report that asks it
            with contextlib.suppress(PppError):
                found = compute_areas(
                    con,
                    question["metric"],
                    Period.parse(question["period"]),
                    regions,
                    today=day,
                    by=sliced_by(question.get("by")),
                    where=question.get("where", {}),
                    edition=edition,
                    withheld=release.withheld if is_protected else frozenset(),
                )
                of_region: dict[str, Rows] = {}
                for row in records_of(found):
                    of_region.setdefault(row.pop(AREA), []).append(row)
                for region, rows in of_region.items():
                    release.keep(asked_number(records, region, edition, day, question), rows)

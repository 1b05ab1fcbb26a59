"""Small worlds as hypothesis makes them: every table, keys that meet, dates around the edges of windows, gaps.

`worlds()` gives records as dicts of plain values, which `tests.reference` reads, and `session` puts into a database.
What the model requires is always there; the rest may be missing. A drawn issue or person may stand for several who
differ in nothing but their key, so that a small draw makes ties, and cells of ten and more.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.reference_records import Records, Row
from tests.worlds import add_rows, deliver_columns, world

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

A_FEW = settings().max_examples // 4
"""On how many examples a law is tried where each takes long."""
ON_WORLDS = settings(
    max_examples=A_FEW,
    # a world shrinks for minutes; what differs is told by metric, slice and group
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

TODAY = date(2025, 5, 20)
"""Within a quarter, so that one period is over, one runs and one is to come."""

SUPPLIERS = ("a", "b", "c")
REGIONS = ("NL31", "NL310", "NL35", "NL350", "NL33", "NL332", "NL36", "NL361", "NL11", "NL113", "NL", "NL3", "wijk")
OWN_AREAS: list[Row] = [
    {"region_code": "stad", "name": "Stad", "parent_code": "NL310", "level": None},
    {"region_code": "wijk", "name": "Wijk", "parent_code": "stad", "level": None},
]
THEMES = ("water", "dikes", "soil", "mud")

EDGES = [
    date(year, month, day)
    for year in (2023, 2024, 2025)
    for month, day in ((1, 1), (3, 31), (4, 1), (6, 30), (7, 1), (9, 30), (10, 1), (12, 31))
] + [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), TODAY, TODAY + timedelta(days=1)]
"""First and last days of quarters, leap day and its neighbours, today and tomorrow."""

SPANS = (0, 1, 14, 89, 90, 91, 182, 364, 365, 366, 729, 730, 731)
"""Days from one event to the next: on, just before and just after each limit."""

DAYS = st.one_of(
    st.sampled_from(EDGES), st.integers(0, 1400).map(lambda days: date(2021, 12, 1) + timedelta(days=days))
)


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), values)


def later(day: date | None) -> st.SearchStrategy:
    """A day some time after another, at a limit or anywhere; missing after a missing one."""
    if day is None:
        return st.none()
    return st.one_of(st.none(), *(st.sampled_from(SPANS), st.integers(0, 900)) * 2).map(
        lambda days: None if days is None else day + timedelta(days=days)
    )


CODES: dict[str, tuple[str, ...]] = {
    "partner_type": (
        "company", "company", "company", "university_of_applied_sciences", "vocational_institution",
        "research_university", "research_institute", "intermediary",
    ),
    "size_class": ("micro", "small", "medium", "large"),
    "sector_code": ("A", "C", "P"),
    "programme": ("coe", "civ", "field_lab"),
    "phase": ("start", "develop", "sustain"),
    "capability": ("research", "teacher_professionalisation", "business_development", "project_management"),
    "workplace_type": ("lab", "field_lab"),
    "obligation": ("result", "effort"),
    "innovation_type": ("product", "process", "service"),
    "status": ("proposed", "accepted", "implemented", "embedded", "stopped", "on_hold"),
    "role": (
        "student", "teacher", "researcher", "expert", "business_developer", "company_employee", "project_manager",
    ),
    "cycle": ("immediate", "potential", "applied", "realized", "reframing", "strategic", "enabling"),
}  # fmt: skip


def code(name: str) -> st.SearchStrategy:
    return st.sampled_from(CODES[name])


class Drawn:
    """One world being drawn, supplier by supplier."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.records: Records = {"regions": OWN_AREAS, "themes": []}
        self.copies = st.sampled_from((1, 1, 1, 2, 5))

    def add(self, table: str, supplier: str, **fields: Any) -> None:
        self.records.setdefault(table, []).append({"supplier": supplier, **fields})

    def some(self, least: int, most: int) -> range:
        return range(self.draw(st.integers(least, most)))

    def organisations(self, supplier: str) -> None:
        registered = set()
        for number in self.some(1, 5):
            registration = self.draw(maybe(st.sampled_from(("12345678", "1234 5678", "87654321"))))
            if (digits := (registration or "").replace(" ", "")) in registered:
                registration = None
            registered.add(digits)
            # who shares a number is the same kind of organisation
            kind = "company" if registration else self.draw(code("partner_type"))
            self.add(
                "partners", supplier, partner_id=f"c{number + 1}", partner_type=kind,
                size_class=self.draw(maybe(code("size_class"))), sector_code=self.draw(maybe(code("sector_code"))),
                registration_number=registration, region_code=self.draw(st.sampled_from(REGIONS)),
            )  # fmt: skip
        for number in self.some(0, 2):
            start = self.draw(maybe(DAYS))
            self.add(
                "partnerships", supplier, partnership_id=f"p{number + 1}",
                region_code=self.draw(st.sampled_from(REGIONS)), programme=self.draw(maybe(code("programme"))),
                phase=self.draw(maybe(code("phase"))), start_date=start, end_date=self.draw(later(start)),
            )  # fmt: skip
        for theme in sorted(self.draw(st.sets(st.sampled_from(THEMES)))):
            parent = self.draw(maybe(st.sampled_from([other for other in THEMES if other != theme])))
            self.add("themes", supplier, theme_code=theme, parent_code=parent)

    def key(self, table: str, supplier: str) -> st.SearchStrategy:
        """A key of the supplier's own, or None where it has none."""
        name = table[:-1] + "_id"
        keys = [row[name] for row in self.records.get(table, []) if row["supplier"] == supplier]
        return st.sampled_from(keys) if keys else st.none()

    def arrangements(self, supplier: str) -> None:
        partnership, partner = self.key("partnerships", supplier), self.key("partners", supplier)
        if not self.records.get("partnerships") or self.draw(partnership) is None:
            return
        for number in self.some(0, 2):
            self.add(
                "workplaces", supplier, workplace_id=f"w{number + 1}", partnership_id=self.draw(partnership),
                workplace_type=self.draw(code("workplace_type")),
            )  # fmt: skip
        for number in self.some(0, 6):
            signed = self.draw(DAYS)
            self.add(
                "agreements", supplier, agreement_id=f"a{number + 1}", partnership_id=self.draw(partnership),
                partner_id=self.draw(partner), signed_date=signed, end_date=self.draw(later(signed)),
                obligation=self.draw(code("obligation")), quality_guarantee=self.draw(maybe(st.booleans())),
                assignments_per_year=self.draw(maybe(st.sampled_from((0, 1, 2.5, 12)))),
            )  # fmt: skip
        seen = set()
        for _ in self.some(0, 6):
            joined = self.draw(DAYS)
            member = (self.draw(partnership), self.draw(partner), joined)
            if member not in seen:
                seen.add(member)
                self.add(
                    "memberships", supplier, partnership_id=member[0], partner_id=member[1], joined_date=joined,
                    left_date=self.draw(later(joined)), cash_eur=self.draw(maybe(st.sampled_from((0, 10, 99.5)))),
                    in_kind_eur=self.draw(maybe(st.sampled_from((0, 7, 1000)))),
                )  # fmt: skip
        offers = st.tuples(partner, code("capability"), st.sampled_from((date(2020, 1, 1), TODAY)))
        for partner_id, capability, start in sorted(self.draw(st.sets(offers, max_size=5))):
            self.add(
                "capabilities", supplier, partner_id=partner_id, capability=capability, start_date=start,
                end_date=self.draw(later(start)), fte=self.draw(st.sampled_from((0, 0.5, 3))),
            )  # fmt: skip

    def issues(self, supplier: str, most: int) -> None:
        for _ in self.some(0, most):
            proposed = self.draw(DAYS)
            accepted = self.draw(later(proposed))
            issue = {
                "partner_id": self.draw(self.key("partners", supplier)),
                "theme_code": self.draw(st.sampled_from(THEMES)),
                "issue_type": self.draw(st.sampled_from(("assignment", "technical_question"))),
                "innovation_type": self.draw(maybe(code("innovation_type"))),
                "partnership_id": self.draw(maybe(self.key("partnerships", supplier))),
                "workplace_id": self.draw(maybe(self.key("workplaces", supplier))),
                "agreement_id": self.draw(maybe(self.key("agreements", supplier))),
                "obligation": self.draw(maybe(code("obligation"))),
                "status": self.draw(code("status")),
                "proposed_date": proposed,
                "accepted_date": accepted,
                "closed_date": self.draw(later(self.draw(st.sampled_from((None, proposed, accepted))))),
                "trl_start": self.draw(maybe(st.integers(1, 9))),
            }
            outcomes = [self.outcome(accepted or proposed) for _ in self.some(0, 2)]
            for _ in range(self.draw(self.copies)):
                issue_id = f"i{len(self.records.get('issues', [])) + 1}"
                self.add("issues", supplier, issue_id=issue_id, **issue)
                for outcome in outcomes:
                    outcome_id = f"o{len(self.records.get('outcomes', [])) + 1}"
                    self.add("outcomes", supplier, outcome_id=outcome_id, issue_id=issue_id, **outcome)

    def outcome(self, since: date) -> Row:
        delivered = self.draw(later(since)) or since
        return {
            "delivered_date": delivered,
            "implemented_date": self.draw(later(delivered)),
            "accepted_by_company": self.draw(maybe(st.booleans())),
            "innovation_type": self.draw(maybe(code("innovation_type"))),
            "novelty": self.draw(maybe(st.sampled_from(("new_to_firm", "new_to_market")))),
            "trl_end": self.draw(maybe(st.integers(1, 9))),
            "value_eur": self.draw(maybe(st.sampled_from((0, 0.25, 1000, 12345.67)))),
            "value_evidence": self.draw(maybe(st.sampled_from(("none", "self_reported", "verified")))),
        }

    def people(self, supplier: str, most: int) -> None:
        issue, partnership = self.key("issues", supplier), self.key("partnerships", supplier)
        for _ in self.some(0, most):
            role, partner_id = self.draw(code("role")), self.draw(maybe(self.key("partners", supplier)))
            work = {}
            for _ in self.some(0, 2):
                start, issue_id = self.draw(DAYS), self.draw(issue)
                hours = self.draw(maybe(st.sampled_from((0, 8, 100.5))))
                work[issue_id, start] = {"end_date": self.draw(later(start)), "hours": hours}
            measured = self.measurements(issue, partnership)
            stories = [(self.draw(code("cycle")), self.draw(DAYS), self.draw(partnership)) for _ in self.some(0, 2)]
            for _ in range(self.draw(self.copies)):
                person = f"s{len(self.records.get('participants', [])) + 1}"
                self.add("participants", supplier, participant_id=person, role=role, partner_id=partner_id)
                for (issue_id, start), rest in work.items():
                    if issue_id:
                        self.add(
                            "participations", supplier, participant_id=person, issue_id=issue_id, start_date=start,
                            **rest,
                        )  # fmt: skip
                for row in measured:
                    self.add("assessments", supplier, participant_id=person, **row)
                for cycle, day, partnership_id in stories:
                    if partnership_id:
                        self.add(
                            "value_stories", supplier, participant_id=person, cycle=cycle, story_date=day,
                            partnership_id=partnership_id,
                        )  # fmt: skip

    def measurements(self, issue: st.SearchStrategy, partnership: st.SearchStrategy) -> list[Row]:
        """What one person scored, mostly on one issue; no moment of one competence and design twice on one day."""
        rows = {}
        own_issue, other_issue = self.draw(maybe(issue)), self.draw(maybe(issue))
        start = self.draw(DAYS)
        scale_min, scale_max = self.draw(st.sampled_from(((0, 100), (1, 5), (-2, 2))))
        again = st.lists(st.sampled_from(("pre", "post", "follow_up")), max_size=4)
        for moment in ("pre", "post", "follow_up", *self.draw(again)):
            day = self.draw(later(start))
            if day is None:
                continue
            competence = self.draw(st.sampled_from(("research", "research", "research", "writing")))
            design = self.draw(st.sampled_from(("pre_post", "pre_post", "pre_post", "retrospective")))
            rows[competence, design, moment, day] = {
                "competence_code": competence,
                "design": design,
                "moment": moment,
                "assessed_date": day,
                "score": scale_min + self.draw(st.integers(0, 8)) * (scale_max - scale_min) / 8,
                "scale_min": scale_min,
                "scale_max": scale_max,
                "issue_id": self.draw(st.sampled_from((own_issue, own_issue, own_issue, other_issue))),
                "partnership_id": self.draw(maybe(partnership)),
            }
        return list(rows.values())

    def exchange(self, supplier: str, most: int) -> None:
        person = self.key("participants", supplier)
        for _ in self.some(0, most):
            giver, receiver, day = self.draw(person), self.draw(person), self.draw(DAYS)
            if giver is None:
                return
            issue_id = self.draw(maybe(self.key("issues", supplier)))
            self.add(
                "interactions", supplier, giver_id=giver, receiver_id=receiver, interaction_date=day,
                issue_id=issue_id,
            )  # fmt: skip
            if self.draw(st.booleans()):
                self.add(
                    "interactions", supplier, giver_id=receiver, receiver_id=giver, issue_id=issue_id,
                    interaction_date=self.draw(later(day)) or day,
                )  # fmt: skip


OWN_KEYS = (
    "partner_id", "partnership_id", "workplace_id", "agreement_id", "issue_id", "outcome_id", "participant_id",
    "giver_id", "receiver_id",
)  # fmt: skip
HAPPENINGS = ("accepted_date", "closed_date", "implemented_date")
BEGINNINGS = {
    "outcomes": "delivered_date",
    "memberships": "joined_date",
    "participations": "start_date",
    "assessments": "assessed_date",
    "interactions": "interaction_date",
    "value_stories": "story_date",
}
"""The event that a record of a table begins with."""


@st.composite
def worlds(draw: Any, most: int = 5) -> Records:
    """The records of one to three suppliers, each with up to `most` kinds of issue and of person."""
    drawn = Drawn(draw)
    for supplier in SUPPLIERS[: draw(st.integers(1, 3))]:
        drawn.organisations(supplier)
        drawn.arrangements(supplier)
        drawn.issues(supplier, most)
        drawn.people(supplier, most)
        drawn.exchange(supplier, most)
    return drawn.records


def session(records: Records) -> DuckDBPyConnection:
    """The records in a database, each supplier's loaded after those before it in the alphabet."""
    con = world()
    add_rows(con, "regions", [text(row) for row in records.get("regions", [])])
    for load_id, supplier in enumerate(SUPPLIERS, start=1):
        deliver_columns(con, supplier)
        for table, rows in records.items():
            own = [text(row) for row in rows if row.get("supplier") == supplier]
            add_rows(con, table, own, supplier, load_id)
    return con


def shuffled(records: Records, order: random.Random) -> Records:
    """The rows of each table in another order."""
    return {table: order.sample(rows, len(rows)) for table, rows in records.items()}


def renamed(records: Records) -> Records:
    """Every key of a supplier's own under another name, so that they sort the other way round."""

    def other(name: str, key: Any) -> Any:
        if name in OWN_KEYS and key is not None:
            return f"{999 - int(key[1:]):03}{key[0]}"
        return key

    return {
        table: [{name: other(name, value) for name, value in row.items()} for row in rows]
        for table, rows in records.items()
    }


def until(records: Records, day: date) -> Records:
    """What had happened by the end of a day: no event after it, and no record that began with one.

    An end that was agreed on beforehand stays, and so does an issue or agreement that earlier events name.
    """
    kept: Records = {}
    for table, rows in records.items():
        begin = BEGINNINGS.get(table)
        kept[table] = [
            row | {name: None for name in HAPPENINGS if (row.get(name) or day) > day}
            for row in rows
            if begin is None or row[begin] <= day
        ]
    for table, key, event in (("issues", "issue_id", "proposed_date"), ("agreements", "agreement_id", "signed_date")):
        used = {(row.get("supplier"), row.get(key)) for other, rows in kept.items() if other != table for row in rows}
        kept[table] = [row for row in kept.get(table, []) if row[event] <= day or (row["supplier"], row[key]) in used]
    return kept


def text(row: Row) -> dict[str, str]:
    """The fields of a record as text, what is missing left out."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in row.items()
        if value is not None and name != "supplier"
    }

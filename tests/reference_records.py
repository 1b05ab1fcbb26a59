"""The records as plain rows with everything a metric may be sliced by: the half of the reference that joins.

Written from the definitions of the data model and the metrics, not from the package's SQL: lists of dicts and loops, as
slow as it takes to be read. A row is a dict; `None` is a missing value, and a missing dimension is the group "unknown".
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

Row = dict[str, Any]
Records = dict[str, list[Row]]

UNKNOWN = "unknown"
EDUCATION = ("student", "teacher", "researcher")
LIFELONG = ("teacher", "researcher", "expert", "business_developer", "company_employee", "project_manager")
SMES = ("micro", "small", "medium")
SCHOOLS = ("university_of_applied_sciences", "vocational_institution", "research_university")
CAPABILITIES = ("research", "teacher_professionalisation", "business_development", "project_management")
CYCLES = ("immediate", "potential", "applied", "realized", "reframing", "strategic", "enabling")


class Known:
    """What was known on a day: a date after it does not exist yet.

    `records` are lists of dicts by table, each with its supplier; a later supplier in the alphabet loaded later.
    """

    def __init__(self, records: Records, as_of: date) -> None:
        self.records = records
        self.as_of = as_of

    def table(self, name: str) -> list[Row]:
        return self.records.get(name, [])

    def seen(self, day: date | None) -> date | None:
        """The day, unless it lies after *as of*."""
        return day if day is not None and day <= self.as_of else None

    def runs(self, start: date | None, end: date | None) -> bool:
        """Whether *as of* lies between two days, both included; a missing one is no bound."""
        return (start is None or start <= self.as_of) and (end is None or end >= self.as_of)

    def find(self, table: str, supplier: str, key: str | None) -> Row:
        """The record that a supplier's key means; empty where there is none."""
        return self.by_key[table].get((supplier, key), {})

    @cached_property
    def by_key(self) -> dict[str, dict[tuple, Row]]:
        return {
            table: {(row["supplier"], row[table[:-1] + "_id"]): row for row in self.table(table)}
            for table in ("partners", "partnerships", "workplaces", "agreements", "issues", "participants")
        }

    # organisations, people and places

    def organisation(self, supplier: str, partner_id: str | None) -> Row:
        """A supplier's partner with what any supplier knows of its size and sector, the newest load first.

        Equal registration numbers make one organisation; its kind and region are as this supplier has them.
        """
        own = self.find("partners", supplier, partner_id)
        if not own:
            return {}
        number = registration(own)
        same = [own] if number is None else [row for row in self.table("partners") if registration(row) == number]
        newest_first = sorted(same, key=lambda row: row["supplier"], reverse=True)
        known = {
            name: next((row[name] for row in newest_first if row[name] is not None), None)
            for name in ("size_class", "sector_code")
        }
        return own | known | {"organisation": number or (supplier, partner_id)}

    def of_partner(self, supplier: str, partner_id: str | None) -> Row:
        """The dimensions of a partner."""
        organisation = self.organisation(supplier, partner_id)
        size = organisation.get("size_class")
        return {
            "partner": organisation.get("organisation"),
            "size_class": size,
            "sme": None if size is None else "yes" if size in SMES else "no",
            "sector": organisation.get("sector_code"),
        }

    def shown(self, table: str, supplier: str, key: str | None) -> str | None:
        """A key as it is shown: with its supplier before it where another uses the same."""
        name = table[:-1] + "_id"
        users = {row["supplier"] for row in self.table(table) if row[name] == key}
        return key if key is None or len(users) < 2 else f"{supplier}:{key}"

    def of_partnership(self, supplier: str, partnership_id: str | None) -> Row:
        partnership = self.find("partnerships", supplier, partnership_id)
        return {
            "partnership": self.shown("partnerships", supplier, partnership_id),
            "programme": partnership.get("programme"),
            "phase": partnership.get("phase"),
        }

    def partnership_region(self, supplier: str, partnership_id: str | None) -> str | None:
        return self.find("partnerships", supplier, partnership_id).get("region_code")

    def person(self, supplier: str, participant_id: str) -> Row:
        """Role, side (education, company or neither) and the kind of the employer."""
        participant = self.find("participants", supplier, participant_id)
        role = participant.get("role")
        employer = self.organisation(supplier, participant.get("partner_id"))
        side = None
        if role in EDUCATION:
            side = "education"
        elif role == "company_employee" or (role == "business_developer" and employer.get("partner_type") == "company"):
            side = "company"
        return {
            "person": (supplier, participant_id),
            "role": role,
            "side": side,
            "employer_type": employer.get("partner_type"),
            "employer_region": employer.get("region_code"),
        }

    # issues and what hangs on them

    def of_issue(self, supplier: str, issue_id: str | None) -> Row:
        """The dimensions of an issue; all unknown where there is none."""
        issue = self.find("issues", supplier, issue_id)
        partner = self.organisation(supplier, issue.get("partner_id"))
        agreement = self.find("agreements", supplier, issue.get("agreement_id"))
        workplace = self.find("workplaces", supplier, issue.get("workplace_id"))
        theme = issue.get("theme_code")
        described = [row for row in self.table("themes") if row["theme_code"] == theme]
        newest = max(described, key=lambda row: row["supplier"], default={})
        region = partner.get("region_code") or self.partnership_region(supplier, issue.get("partnership_id"))
        return {
            "region": region,
            **areas(self.table("regions"), region),
            **self.of_partnership(supplier, issue.get("partnership_id")),
            **self.of_partner(supplier, issue.get("partner_id")),
            "theme": theme,
            "theme_parent": newest.get("parent_code") or theme,
            "workplace": self.shown("workplaces", supplier, issue.get("workplace_id")),
            "workplace_type": workplace.get("workplace_type"),
            "issue_type": issue.get("issue_type"),
            "innovation_type": issue.get("innovation_type"),
            "obligation": issue.get("obligation") or agreement.get("obligation"),
        }

    @cached_property
    def issues(self) -> list[Row]:
        """One row an issue proposed by *as of*: its dates as they stood on that day, and its dimensions."""
        rows = []
        for issue in self.table("issues"):
            if issue["proposed_date"] > self.as_of:
                continue
            supplier, key = issue["supplier"], issue["issue_id"]
            own = [row for row in self.table("outcomes") if (row["supplier"], row["issue_id"]) == (supplier, key)]
            delivered = [day for row in own if (day := self.seen(row["delivered_date"]))]
            implemented = [day for row in own if (day := self.seen(row["implemented_date"]))]
            rows.append(
                self.of_issue(supplier, key)
                | {
                    "issue": (supplier, key),
                    "agreement": (supplier, issue["agreement_id"]),
                    "is_company": self.organisation(supplier, issue["partner_id"]).get("partner_type") == "company",
                    "status": issue["status"],
                    "proposed": issue["proposed_date"],
                    "accepted": self.seen(issue["accepted_date"]),
                    "closed": self.seen(issue["closed_date"]),
                    "delivered": min(delivered, default=None),
                    "implemented": min(implemented, default=None),
                    "accepted_by_company": any(
                        row["accepted_by_company"] and self.seen(row["delivered_date"]) for row in own
                    ),
                }
            )
        return rows

    @cached_property
    def outcomes(self) -> list[Row]:
        """One row an outcome; the kind of innovation is the one realised, else the one intended."""
        rows = []
        for outcome in self.table("outcomes"):
            dimensions = self.of_issue(outcome["supplier"], outcome["issue_id"])
            start = self.find("issues", outcome["supplier"], outcome["issue_id"]).get("trl_start")
            end = outcome["trl_end"]
            rows.append(
                dimensions
                | {
                    "innovation_type": outcome["innovation_type"] or dimensions["innovation_type"],
                    "novelty": outcome["novelty"],
                    "value_evidence": outcome["value_evidence"],
                    "delivered": self.seen(outcome["delivered_date"]),
                    "implemented": self.seen(outcome["implemented_date"]),
                    "value_eur": outcome["value_eur"],
                    "trl_gain": None if start is None or end is None else end - start,
                }
            )
        return rows

    @cached_property
    def agreements(self) -> list[Row]:
        """One row an agreement signed by *as of*; its region is its partner's, else its partnership's."""
        rows = []
        for agreement in self.table("agreements"):
            if agreement["signed_date"] > self.as_of:
                continue
            supplier = agreement["supplier"]
            region = self.organisation(supplier, agreement["partner_id"]).get("region_code")
            region = region or self.partnership_region(supplier, agreement["partnership_id"])
            rows.append(
                agreement
                | areas(self.table("regions"), region)
                | self.of_partnership(supplier, agreement["partnership_id"])
                | self.of_partner(supplier, agreement["partner_id"])
                | {"agreement": (supplier, agreement["agreement_id"])}
            )
        return rows

    @cached_property
    def memberships(self) -> list[Row]:
        """One row a membership on *as of*; its region is the partnership's."""
        rows = []
        for member in self.table("memberships"):
            supplier = member["supplier"]
            if not self.runs(member["joined_date"], member["left_date"]):
                continue
            organisation = self.organisation(supplier, member["partner_id"])
            rows.append(
                member
                | areas(self.table("regions"), self.partnership_region(supplier, member["partnership_id"]))
                | self.of_partnership(supplier, member["partnership_id"])
                | self.of_partner(supplier, member["partner_id"])
                | {"partner_type": organisation.get("partner_type")}
            )
        return rows

    @cached_property
    def coverage(self) -> list[Row]:
        """One row a partnership that runs on *as of* and a capability: whether its education partners bring any.

        Who sent not one capability has not been found wanting.
        """
        rows = []
        senders = {row["supplier"] for row in self.table("capabilities")}
        for partnership in self.table("partnerships"):
            supplier, key = partnership["supplier"], partnership["partnership_id"]
            if not self.runs(partnership["start_date"], partnership["end_date"]) or supplier not in senders:
                continue
            schools = {
                row["partner_id"]
                for row in self.table("memberships")
                if (row["supplier"], row["partnership_id"]) == (supplier, key)
                and self.runs(row["joined_date"], row["left_date"])
                and self.organisation(supplier, row["partner_id"]).get("partner_type") in SCHOOLS
            }
            brought = {
                row["capability"]
                for row in self.table("capabilities")
                if row["supplier"] == supplier
                and row["partner_id"] in schools
                and row["fte"] > 0
                and self.runs(row["start_date"], row["end_date"])
            }
            rows += [
                areas(self.table("regions"), partnership["region_code"])
                | self.of_partnership(supplier, key)
                | {"key": (supplier, key), "capability": capability, "is_brought": capability in brought}
                for capability in CAPABILITIES
            ]
        return rows

    # people, what they learn and from whom

    @cached_property
    def participations(self) -> list[Row]:
        """One row a participation begun by *as of*; without an end it still runs."""
        return [
            self.of_work(row["supplier"], row["issue_id"], None, row["participant_id"])
            | self.person(row["supplier"], row["participant_id"])
            | {
                "issue": (row["supplier"], row["issue_id"]),
                "start": row["start_date"],
                "end": row["end_date"] or self.as_of,
                "hours": row["hours"],
            }
            for row in self.table("participations")
            if row["start_date"] <= self.as_of
        ]

    @cached_property
    def assessments(self) -> list[Row]:
        """One row an assessment by *as of*, its score in points of 0-100."""
        rows = []
        for row in self.table("assessments"):
            if row["assessed_date"] > self.as_of:
                continue
            rows.append(
                self.of_work(row["supplier"], row["issue_id"], row["partnership_id"], row["participant_id"])
                | self.person(row["supplier"], row["participant_id"])
                | {
                    "competence": row["competence_code"],
                    "design": row["design"],
                    "moment": row["moment"],
                    "day": row["assessed_date"],
                    "points": 100 * (row["score"] - row["scale_min"]) / (row["scale_max"] - row["scale_min"]),
                    "issue": None if row["issue_id"] is None else (row["supplier"], row["issue_id"]),
                    "at": row["partnership_id"],
                    "supplier": row["supplier"],
                }
            )
        return rows

    def of_work(self, supplier: str, issue_id: str | None, partnership_id: str | None, participant_id: str) -> Row:
        """The dimensions of what a person did on an issue.

        Without a partnership the issue has the one named here; without a region it lies in that of the partnership,
        else in that of the person's employer.
        """
        dimensions = self.of_issue(supplier, issue_id)
        if dimensions["partnership"] is None:
            dimensions |= self.of_partnership(supplier, partnership_id)
        region = self.partnership_region(supplier, partnership_id)
        region = region or self.person(supplier, participant_id)["employer_region"]
        if dimensions["region"] is None:
            dimensions |= areas(self.table("regions"), region)
        return dimensions

    @cached_property
    def pairs(self) -> list[Row]:
        """One row a round of a person, competence, design and issue: a post and the last pre since the post before it.

        Both on one day are in order too, as when one looks back. It lies where the post lies, or else the pre; the
        first follow-up after the post, where it comes before the next round, makes it a series.
        """
        series: dict[tuple, list[Row]] = {}
        for row in self.assessments:
            series.setdefault((row["person"], row["competence"], row["design"], row["issue"]), []).append(row)
        rows = []
        for measured in series.values():
            # on one day what is left of the round before is measured first
            in_order = sorted(measured, key=lambda row: (row["day"], ("follow_up", "pre", "post").index(row["moment"])))
            pre: Row | None = None
            pair: Row | None = None
            for row in in_order:
                if row["moment"] == "follow_up":
                    if pair is not None and pair["followed"] is None:
                        pair |= {"followed": row["day"], "lasting_gain": row["points"] - pair["pre"]}
                elif row["moment"] == "pre":
                    pre, pair = row, None
                elif pre is None:
                    pair = None
                else:
                    pair = self.pair(pre, row)
                    rows.append(pair)
                    pre = None
        return rows

    def pair(self, pre: Row, post: Row) -> Row:
        issue, at = post["issue"], post["at"] or pre["at"]
        return (
            post
            | self.of_work(post["supplier"], issue and issue[1], at, post["person"][1])
            | {
                "pre": pre["points"],
                "post": post["points"],
                "gain": post["points"] - pre["points"],
                "lasting_gain": None,
                "followed": None,
            }
        )

    @cached_property
    def interactions(self) -> list[Row]:
        """One row an interaction of two people by *as of*, the pair in one order whoever gave."""
        rows = []
        for row in self.table("interactions"):
            if row["interaction_date"] > self.as_of or row["giver_id"] == row["receiver_id"]:
                continue
            giver = self.person(row["supplier"], row["giver_id"])
            receiver = self.person(row["supplier"], row["receiver_id"])
            sides = {giver["side"], receiver["side"]}
            of_issue = self.of_issue(row["supplier"], row["issue_id"])
            rows.append(
                self.of_work(row["supplier"], row["issue_id"], None, row["giver_id"])
                | {
                    "pair_roles": "/".join(sorted((giver["role"], receiver["role"]))),
                    # somebody whose own region is not known stands where the issue does
                    "places": [
                        areas(self.table("regions"), person["employer_region"] or of_issue["region"])
                        for person in (giver, receiver)
                    ],
                    "giver_role": giver["role"],
                    "receiver_role": receiver["role"],
                    "giver": giver["person"],
                    "people": frozenset((giver["person"], receiver["person"])),
                    "is_across": None if None in sides else len(sides) == 2,
                    "day": row["interaction_date"],
                }
            )
        return rows

    @cached_property
    def stories(self) -> list[Row]:
        """One row a value story by *as of* and a cycle: whether the story lies in that cycle."""
        return [
            areas(self.table("regions"), self.partnership_region(row["supplier"], row["partnership_id"]))
            | self.of_partnership(row["supplier"], row["partnership_id"])
            | self.person(row["supplier"], row["participant_id"])
            | {"cycle": cycle, "is_reached": row["cycle"] == cycle, "day": row["story_date"]}
            for row in self.table("value_stories")
            if row["story_date"] <= self.as_of
            for cycle in CYCLES
        ]


def registration(partner: Row) -> str | None:
    """The registration number without the spaces that people put in it."""
    return "".join((partner["registration_number"] or "").split()) or None


def areas(own: list[Row], region_code: str | None) -> Row:
    """The area of each NUTS level that a region lies in, by its newest code."""
    regions = {**nuts(), **{row["region_code"]: row | {"current_code": row["region_code"]} for row in own}}
    found: Row = dict.fromkeys(("region0", "region1", "region2", "region3"))
    while region_code in regions:
        region_code = regions[region_code]["current_code"]
        region = regions[region_code]
        if region["level"] is not None:
            found[f"region{region['level']}"] = region_code
        region_code = region["parent_code"]
    return found


@cache
def nuts() -> dict[str, Row]:
    with (files("ppp_metrics") / "records" / "regions.csv").open(encoding="utf-8") as stream:
        rows = {row["region_code"]: row for row in csv.DictReader(stream) if row["region_code"].startswith("NL")}
    return {code: row | {"parent_code": row["parent_code"] or None} for code, row in rows.items()}


def working_days(start: date, end: date) -> int:
    """The Mondays to Fridays after `start` up to and including `end`."""
    days = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 for day in days)

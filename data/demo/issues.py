"""The life of an innovation issue, from proposal to use, and the people who work on it. Synthetic."""

from __future__ import annotations

import math
from datetime import date, timedelta

from scenario import GROWTH, HORIZON, SEASON, SIZES, TEAMS, THEMES, TITLES, Theme
from supplier import Company, Row, Supplier, seen


def propose(s: Supplier) -> None:
    """Issues in the seasons of the school year, from companies that were there by then, and what became of them."""
    draw, p = s.draw, s.partnership
    days = [p.start + timedelta(days=n) for n in range((HORIZON - p.start).days + 1)]
    weights = [SEASON[day.month - 1] * GROWTH[day.year] * (day.weekday() < 5) for day in days]
    dates = sorted(draw.pick(days, weights) for _ in range(p.issues))
    for number, proposed in enumerate(dates, start=1):
        present = [company for company in s.companies if company.entry <= proposed <= company.leaves]
        company = draw.pick(present, [company.weight for company in present])
        theme = company.theme if draw.chance(0.6) else draw.pick(THEMES, [theme.share for theme in THEMES])
        follow(s, describe(s, f"v{number:04d}", company, theme, proposed), company, theme)


def describe(s: Supplier, issue_id: str, company: Company, theme: Theme, proposed: date) -> Row:
    draw = s.draw
    question = draw.chance(0.22)
    agreement = None if question or draw.chance(0.15) else agreement_in_force(s, company, proposed)
    own = draw.maybe(0.94, "result" if draw.chance(0.2 if question else theme.result_share) else "effort")
    open_places = [place for place in s.tables["workplaces"]
                   if place["opened_date"] <= proposed <= (place["closed_date"] or HORIZON)]  # fmt: skip
    return s.add(
        "issues",
        issue_id=issue_id,
        partner_id=company.partner_id,
        theme_code=theme.code,
        issue_type="technical_question" if question else draw.maybe(0.97, "assignment"),
        innovation_type=draw.maybe(0.95, draw.pick(("product", "process", "service"), (0.4, 0.4, 0.2))),
        title=f"{'Technische vraag' if question else draw.pick(TITLES)}: {theme.name_nl.lower()}",
        partnership_id=s.partnership.supplier,
        workplace_id=None if question else draw.maybe(0.9, draw.pick(open_places)["workplace_id"]),
        agreement_id=agreement and agreement["agreement_id"],
        obligation=draw.maybe(0.75, agreement["obligation"]) if agreement else own,
        status="proposed",
        proposed_date=proposed,
        trl_start=None if question else draw.maybe(0.9, draw.whole(2, 6)),
    )


def agreement_in_force(s: Supplier, company: Company, day: date) -> Row | None:
    return next((row for row in s.tables["agreements"] if row["partner_id"] == company.partner_id
                 and row["signed_date"] <= day <= (row["end_date"] or HORIZON)), None)  # fmt: skip


def follow(s: Supplier, issue: Row, company: Company, theme: Theme) -> None:
    """The road of one issue until it ends or the files are sent; the status is the last thing seen of it."""
    draw = s.draw
    question = issue["issue_type"] == "technical_question"
    decided = draw.later(issue["proposed_date"], 0.8 if question else 20, 0.6)
    if draw.chance(0.05 if question else 0.16):
        close(s, issue, "declined", decided)
        return
    if not seen(decided):
        return
    issue |= {"status": "accepted", "accepted_date": decided}
    started = draw.later(decided, 1 if question else 18)
    held = not question and draw.chance(0.05)
    if not seen(started) or (held and draw.chance(0.3)):
        issue["status"] = "on_hold" if held else "accepted"
        return
    issue |= {"status": "on_hold" if held else "in_progress", "started_date": started}
    delivered = draw.later(started, 4 if question else theme.work_days, 0.7 if question else 0.4)
    if not question and not held and draw.chance(0.14):
        stopped = draw.between(started, delivered)
        close(s, issue, "stopped", stopped)
        return work(s, issue, company, started, seen(stopped))
    if held or not seen(delivered):
        return work(s, issue, company, started, None)
    if not question and draw.chance(0.07):
        deliver(s, issue, draw.between(started, delivered), None)
    issue["status"] = "delivered"
    conclude(s, issue, company, theme, delivered)
    return work(s, issue, company, started, delivered)


def conclude(s: Supplier, issue: Row, company: Company, theme: Theme, delivered: date) -> None:
    """The final solution: brought into use sooner or later, or not; an unused one may end the issue."""
    draw = s.draw
    question = issue["issue_type"] == "technical_question"
    obligation = issue["obligation"] or next(
        (a["obligation"] for a in s.tables["agreements"] if a["agreement_id"] == issue["agreement_id"]), "effort"
    )
    odds = theme.log_odds + SIZES.get(company.size_class or "", 0) + (0.7 if obligation == "result" else -0.5)
    used = draw.chance(1 / (1 + math.exp(-odds)))
    implemented = seen(draw.later(delivered, 15 if question else theme.uptake_days, 0.7)) if used else None
    outcome = deliver(s, issue, delivered, implemented)
    outcome["accepted_by_company"] = draw.maybe(
        0.95, bool(implemented) or draw.chance(0.65 + 0.2 * (obligation == "result"))
    )
    if implemented:
        embedded = draw.chance(0.35) and (HORIZON - implemented).days > 120
        issue["status"] = "embedded" if embedded else "implemented"
        issue["closed_date"] = seen(draw.later(implemented, 14)) if draw.chance(0.6) else None
    elif not used and (HORIZON - delivered).days > 90:
        reasons = ("cost", "no_capacity", "not_fit", "changed_priority", "other")
        outcome["non_implementation_reason"] = draw.maybe(0.85, draw.pick(reasons, (0.25, 0.3, 0.15, 0.25, 0.05)))
        if draw.chance(0.15):
            close(s, issue, "stopped", draw.later(delivered, 90))


def close(s: Supplier, issue: Row, status: str, day: date) -> None:
    if seen(day):
        issue |= {"status": status, "closed_date": day}


def deliver(s: Supplier, issue: Row, delivered: date, implemented: date | None) -> Row:
    draw = s.draw
    value = implemented and draw.maybe(0.55, min(950_000, round(draw.around(16_000, 1.0) / 50) * 50))
    trl = issue["trl_start"]
    return s.add(
        "outcomes",
        outcome_id=f"o{len(s.tables.get('outcomes', [])) + 1:04d}",
        issue_id=issue["issue_id"],
        delivered_date=delivered,
        implemented_date=implemented,
        innovation_type=draw.maybe(0.97, issue["innovation_type"] or "process"),
        novelty=implemented and draw.maybe(0.9, draw.pick(("new_to_firm", "new_to_market"), (0.8, 0.2))),
        trl_end=trl and draw.maybe(0.9, min(9, trl + draw.pick((0, 1, 2, 3), (0.2, 0.35, 0.3, 0.15)))),
        value_eur=value,
        value_evidence=(draw.pick(("self_reported", "verified"), (0.7, 0.3)) if value else "none")
        if implemented
        else None,
        ip_owner=draw.maybe(0.8, draw.pick(("company", "student", "institution", "shared"), (0.5, 0.1, 0.15, 0.25))),
    )


def work(s: Supplier, issue: Row, company: Company, started: date, ended: date | None) -> None:
    """The team on an issue: people of schools, company and network, each for a part of its time."""
    draw = s.draw
    question = issue["issue_type"] == "technical_question"
    schools = s.institutions["university_of_applied_sciences"] + s.institutions["vocational_institution"]
    first = draw.pick(schools + s.institutions["research_university"], (6, 3, 3, 2, 1))
    second = draw.pick(schools) if draw.chance(0.35) else first
    team: dict[str, str] = {}
    for role, likely, hours in TEAMS["technical_question" if question else "assignment"]:
        for _ in range(int(likely) + draw.chance(likely % 1)):
            homes = {"company_employee": company.partner_id, "student": draw.pick((first, second)),
                     "teacher": first, "researcher": first}  # fmt: skip
            person = someone(s, role, homes.get(role, s.institutions["intermediary"][0]), started)
            if person in team:
                continue
            team[person] = role
            joins = min(draw.later(started, 4, 0.8), ended or HORIZON)
            s.add("participations", participant_id=person, issue_id=issue["issue_id"], start_date=joins,
                  end_date=ended, hours=draw.maybe(0.95, max(1, round(draw.around(hours, 0.4)))))  # fmt: skip
    s.teams.append((issue, team, started, ended))


def someone(s: Supplier, role: str, partner_id: str, day: date) -> str:
    """Someone of that circle who was there before, or a newcomer; students are gone after a school year."""
    circle = s.circles.setdefault((role, partner_id), [])
    present = [person for person, since in circle[-15:] if role != "student" or (day - since).days < 300]
    if present and s.draw.chance(0.4 if role == "student" else 0.85):
        return s.draw.pick(present)
    levels = {"student": 4 if partner_id in s.institutions["vocational_institution"] else 6, "researcher": 8,
              "teacher": 7, "company_employee": s.draw.whole(3, 7)}  # fmt: skip
    person = f"d{len(s.tables.get('participants', [])) + 1:04d}"
    s.add("participants", participant_id=person, role=role, partner_id=partner_id,
          eqf_level=s.draw.maybe(0.8, levels.get(role, 6)))  # fmt: skip
    circle.append((person, day))
    return person

"""What people learn: measurements, who helped whom, and stories of what it was worth. Synthetic."""

from __future__ import annotations

from datetime import date, timedelta

from scenario import COMES_BACK, COMPETENCES, GAINS, HORIZON, STORIES, YEARLY
from supplier import Row, Supplier, seen, workday


def measure(s: Supplier) -> None:
    """Before, after and half a year later; gains differ by role and competence, and scores carry noise."""
    draw, measured = s.draw, set()
    for issue, team, started, ended in s.teams:
        for person, role in team.items():
            start, gain, share = GAINS[role]
            if issue["issue_type"] == "technical_question" or person in measured or not draw.chance(share):
                continue
            measured.add(person)
            design = draw.pick(("pre_post", "retrospective"), (0.75, 0.25))
            answers = draw.pick(("both", "pre", "post"), (0.83, 0.11, 0.06))
            before = draw.between(started, min(started + timedelta(days=10), ended or HORIZON))
            after = seen(draw.later(ended, 5)) if ended else None
            later = seen(draw.later(after, 180, 0.15)) if after and answers == "both" and draw.chance(0.4) else None
            # Looking back, both scores are given on one day, and people rate their beginning lower.
            moments = {"pre": after if design == "retrospective" else before, "post": after, "follow_up": later}
            shift = 5 if design == "retrospective" else 0
            for competence in draw.some(COMPETENCES, 2):
                ability = draw.normal(start - shift, 13)
                grown = ability + draw.normal(gain + COMPETENCES[competence] + shift / 2, 6)
                levels = {"pre": ability, "post": grown, "follow_up": ability + 0.75 * (grown - ability)}
                for moment, day in moments.items():
                    if day and answers in ("both", moment):
                        assess(s, person, competence, design, moment, day, draw.normal(levels[moment], 7), issue)


def measure_again(s: Supplier) -> None:
    """A second and third time, in the same competences, of those who work on another issue most of a year later."""
    draw, done = s.draw_again, dict[str, tuple[date, list[Row]]]()
    for row in s.tables["assessments"]:
        if row["moment"] == "post":
            done.setdefault(row["participant_id"], (row["assessed_date"], []))[1].append(row)
    for issue, team, started, ended in s.teams:
        for person, role in team.items():
            last, posts = done.get(person, (HORIZON, []))
            is_back = issue["issue_type"] != "technical_question" and (started - last).days >= 200
            if not is_back or not draw.chance(COMES_BACK):
                continue
            after = seen(draw.later(ended, 5)) if ended else None
            before = draw.between(started, min(started + timedelta(days=10), ended or HORIZON))
            done[person] = (after or HORIZON, posts)
            for post in posts:
                competence, design = post["competence_code"], post["design"]
                one_round(s, person, role, competence, design, before, after, issue)


def measure_yearly(s: Supplier) -> None:
    """Every school year, of those who were there by then: rounds of one person, about no issue in particular."""
    draw, names = s.draw_again, s.tables["participants"]
    joined: dict[str, date] = {}
    for row in s.tables["participations"]:
        joined[row["participant_id"]] = min(row["start_date"], joined.get(row["participant_id"], HORIZON))
    for row in names:
        person, role = row["participant_id"], row["role"]
        if role not in YEARLY.get(s.partnership.supplier, ()) or person not in joined or not draw.chance(0.6):
            continue
        for year in range(joined[person].year + 1, HORIZON.year + 1):
            before, after = workday(date(year - 1, 9, draw.whole(5, 25))), workday(date(year, 6, draw.whole(5, 25)))
            if before >= joined[person] and draw.chance(0.85):
                one_round(s, person, role, "inquiry", "pre_post", before, after if draw.chance(0.9) else None, None)


def one_round(
    s: Supplier,
    person: str,
    role: str,
    competence: str,
    design: str,
    before: date,
    after: date | None,
    issue: Row | None,
) -> None:
    """Before and after once more, from a somewhat higher level and with a smaller gain; after only if that day came."""
    draw = s.draw_again
    start, gain, _ = GAINS[role]
    ability = draw.normal(start + gain / 2, 13)
    grown = ability + draw.normal(0.7 * (gain + COMPETENCES[competence]), 6)
    moments = {"pre": (after if design == "retrospective" else before, ability), "post": (after, grown)}
    for moment, (day, level) in moments.items():
        if day:
            assess(s, person, competence, design, moment, day, draw.normal(level, 7), issue)


def assess(
    s: Supplier, person: str, competence: str, design: str, moment: str, day: date, level: float, issue: Row | None
) -> None:
    """`level` on 0-100, written on the partnership's own scale."""
    low, high, decimals = s.partnership.scale
    score = round(low + min(max(level, 0), 100) / 100 * (high - low), decimals)
    s.add("assessments", participant_id=person, competence_code=competence, design=design, moment=moment,
          assessed_date=day, score=score if decimals else int(score), scale_min=low, scale_max=high,
          issue_id=issue and issue["issue_id"], partnership_id=s.partnership.supplier)  # fmt: skip


def interact(s: Supplier) -> None:
    """Who helped whom to learn on an issue; often the help goes both ways."""
    draw = s.draw
    known = set()
    for issue, team, started, ended in s.teams:
        for _ in range(draw.pick((0, 1, 2, 3, 4, 5), (14, 27, 27, 18, 9, 5)) if len(team) > 1 else 0):
            giver, receiver = draw.some(team, 2)
            for one, other in ((giver, receiver), (receiver, giver))[: 1 + draw.chance(0.3)]:
                day = draw.between(started, ended or HORIZON)
                kind = draw.pick(("advice", "feedback", "instruction", "co_creation"), (0.3, 0.35, 0.15, 0.2))
                if (key := (one, other, day, issue["issue_id"], kind)) not in known:
                    known.add(key)
                    s.add("interactions", giver_id=one, receiver_id=other, interaction_date=day,
                          issue_id=issue["issue_id"], kind=kind)  # fmt: skip


def tell(s: Supplier) -> None:
    """Short invented stories, most with consent to be shown; without consent, or not asked, they stay inside."""
    draw = s.draw
    done = [(team, ended) for _, team, _, ended in s.teams if ended and (HORIZON - ended).days > 30]
    for _ in range(s.partnership.issues // 8):
        team, ended = draw.pick(done)
        cycle = draw.pick(list(STORIES), (8, 6, 7, 5, 2, 2, 2))
        row = {"participant_id": draw.pick(list(team)), "partnership_id": s.partnership.supplier, "cycle": cycle,
               "story_date": draw.between(ended, min(ended + timedelta(days=60), HORIZON))}  # fmt: skip
        if not any(row.items() <= story.items() for story in s.tables.get("value_stories", [])):
            consent = draw.pick((True, False, None), (0.65, 0.2, 0.15))
            s.add("value_stories", **row, consent=consent, story=draw.maybe(0.9, draw.pick(STORIES[cycle])))

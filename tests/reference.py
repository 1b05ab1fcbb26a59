"""Every metric of the catalogue once more, in plain Python over the rows of `reference_records`.

The definitions are those of the catalogue. A metric is a function that gives its units' rows and one that makes a
number of such rows; a slice is the same number of the rows in it. Whoever adds a metric adds it here, in other words
than in the package: this is what the package is held to.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from statistics import NormalDist, mean, median, stdev
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from tests.reference_records import LIFELONG, Known, Records, Row, working_days
from tests.reference_records import UNKNOWN as UNKNOWN

SEED, RESAMPLES = 20_260_101, 2_000
"""Of the bootstrap, as docs/decisions/0019 has them."""

Window = tuple[date, date]
Rows = list[Row]


class Answer(NamedTuple):
    """What is published of a cell; a rate has its interval too."""

    value: float | None
    n: int
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None


# windows: quarters are numbered, 4 x year + 0-3


def quarter_number(day: date) -> int:
    return 4 * day.year + (day.month - 1) // 3


def quarter_days(first: int, last: int) -> Window:
    """First day of one quarter and last day of another."""
    begin = date(first // 4, 3 * (first % 4) + 1, 1)
    after = last + 1
    return begin, date(after // 4, 3 * (after % 4) + 1, 1) - timedelta(days=1)


def quarters_until(last_day: date, count: int, lag: int) -> Window:
    """The quarters, so many, that had all ended `lag` days before a day."""
    after = last_day - timedelta(days=lag) + timedelta(days=1)
    last = quarter_number(after) - 1
    return quarter_days(last - count + 1, last)


class Asked:
    """A period on a day: its windows, and what was known."""

    def __init__(self, records: Records, first: date, last: date, today: date) -> None:
        self.known = Known(records, min(last, today))
        self.as_of = self.known.as_of
        self.period = (first, last)
        self.year = quarter_days(quarter_number(last) - 3, quarter_number(last))
        self.matured = quarters_until(self.as_of, 4, 365)

    def in_year(self, start: date, end: date) -> bool:
        """Whether days from `start` to `end` and the year have a day in common."""
        return start <= self.year[1] and end >= self.year[0]


# from rows to one number


def count(rows: Rows) -> Answer:
    return Answer(len(rows), len(rows))


def count_of(unit: str) -> Callable[[Rows], Answer]:
    """The number of different units."""
    return lambda rows: Answer(number := len({row[unit] for row in rows}), number)


class Unit(NamedTuple):
    """Whether a unit counts in the numerator, and whom it belongs to: units that share anybody are alike."""

    is_hit: bool
    of: frozenset


def independent_units(units: Sequence[Unit]) -> float:
    """As how many units that share nobody these can be taken, by a sum over all pairs that do. Korn & Graubard 1998."""
    n, share = len(units), sum(unit.is_hit for unit in units) / len(units)
    pairs = [(one, other) for one in units for other in units if one.of & other.of]
    clusters = n * n / len(pairs)
    if clusters in (1, n):
        return n
    effect = 1.0  # of none or all no alikeness shows
    if 0 < share < 1:
        squares = sum((one.is_hit - share) * (other.is_hit - share) for one, other in pairs)
        variance = clusters / (clusters - 1) * squares / (n * n)
        effect = variance / (share * (1 - share) / (n - 1))
    effect *= (student.ppf(0.975, clusters - 1) / student.ppf(0.975, n - 1)) ** 2
    return min(max(n / effect, clusters), n)


def rate(units: Sequence[Unit], least: int = 5, n: int | None = None) -> Answer:
    """In percent with Wilson's interval (1927); no number of fewer than `least`, none of nothing."""
    if not units:
        return Answer(None, 0, 0, 0)
    n, hits = len(units) if n is None else n, sum(unit.is_hit for unit in units)
    if n < least:
        return Answer(None, n, hits, len(units))
    z = NormalDist().inv_cdf(0.975)
    share, alike = hits / len(units), independent_units(units)
    middle = (share + z * z / (2 * alike)) / (1 + z * z / alike)
    half = z / (1 + z * z / alike) * math.sqrt(share * (1 - share) / alike + z * z / (4 * alike * alike))
    return Answer(100 * share, n, hits, len(units), 100 * max(0.0, middle - half), 100 * min(1.0, middle + half))


def rate_of(holds: Callable[[Row], object], of: str = "partner") -> Callable[[Rows], Answer]:
    return lambda rows: rate([Unit(bool(holds(row)), frozenset([row[of]])) for row in rows])


def rate_per(unit: str, holds: Callable[[Rows], object], of: str | None = None) -> Callable[[Rows], Answer]:
    """The share of units of whose rows something holds; each is its own, unless it is another's."""

    def answer(rows: Rows) -> Answer:
        units: dict = {}
        for row in rows:
            units.setdefault(row[unit], []).append(row)
        return rate([Unit(bool(holds(own)), owners(own[0][of or unit])) for own in units.values()])

    return answer


def owners(key: object) -> frozenset:
    """One company or person, or the two people of a pair."""
    return key if isinstance(key, frozenset) else frozenset([key])


def any_row(holds: Callable[[Row], object]) -> Callable[[Rows], bool]:
    return lambda rows: any(holds(row) for row in rows)


def ratio(
    numerator: Callable[[Row], float], denominator: Callable[[Row], float], unit: str | None = None
) -> Callable[[Rows], Answer]:
    def answer(rows: Rows) -> Answer:
        above, below = sum(map(numerator, rows)), sum(map(denominator, rows))
        n = len({row[unit] for row in rows}) if unit else len(rows)
        return Answer(100 * above / below if below else None, n, above, below)

    return answer


def total(value: str, unit: str | None = None) -> Callable[[Rows], Answer]:
    """The sum of what is known; of nothing there is none."""

    def answer(rows: Rows) -> Answer:
        n = len({row[unit] for row in rows}) if unit else len(rows)
        return Answer(math.fsum(row[value] for row in rows) if rows else None, n)

    return answer


def estimate(of: Callable[[Rows], float | None], unit: str | None = None) -> Callable[[Rows], Answer]:
    """A number of at least ten units."""

    def answer(rows: Rows) -> Answer:
        n = len({row[unit] for row in rows}) if unit else len(rows)
        return Answer(of(rows) if n >= 10 else None, n)

    return answer


def hedges_g_av(rows: Rows) -> float | None:
    """Lakens 2013: the mean difference in average standard deviations, corrected for small numbers of people."""
    pre, post = [row["pre"] for row in rows], [row["post"] for row in rows]
    spread = (stdev(pre) + stdev(post)) / 2
    correction = 1 - 3 / (4 * (len({row["person"] for row in rows}) - 1) - 1)
    return correction * (mean(post) - mean(pre)) / spread if spread > 1e-9 else None


def retained(rows: Rows) -> float | None:
    """What is left of the mean gain, in percent; none where it may be that there was no gain."""
    gained = mean(row["gain"] for row in rows)
    return 100 * mean(row["lasting_gain"] for row in rows) / gained if surely_positive(rows) else None


def surely_positive(rows: Rows) -> bool:
    """Whether the BCa interval of the mean gain, people drawn with all their pairs, lies above 0: Efron 1987.

    The same draw as the package's, so that a case on the edge is on the same side.
    """
    people: dict = {}
    for row in sorted(rows, key=lambda row: row["gain"]):
        people.setdefault(row["person"], []).append(row["gain"])
    own = sorted((sum(gains), len(gains)) for gains in people.values())

    def gained(chosen: Sequence[tuple[float, int]]) -> float:
        return sum(total for total, _ in chosen) / sum(count for _, count in chosen)

    value = gained(own)
    without = [gained(own[:at] + own[at + 1 :]) for at in range(len(own))]
    if max(without) - min(without) < 1e-9:
        return value > 0
    places = np.random.default_rng(SEED).integers(0, len(own), (RESAMPLES, len(own)))
    drawn = sorted(gained([own[at] for at in chosen]) for chosen in places)
    below = sum((each < value) + (each <= value) for each in drawn) / 2 / RESAMPLES
    if not 0 < below < 1:
        return value > 0
    deviations = [mean(without) - each for each in without]
    acceleration = sum(each**3 for each in deviations) / (6 * sum(each**2 for each in deviations) ** 1.5)
    normal = NormalDist()
    bias = normal.inv_cdf(below)
    z = bias - normal.inv_cdf(0.975)
    place = normal.cdf(bias + z / (1 - acceleration * z)) * (RESAMPLES - 1)
    low = drawn[int(place)] + (place % 1) * (drawn[min(int(place) + 1, RESAMPLES - 1)] - drawn[int(place)])
    return low > 0


# time to event: Aalen and Johansen (1978), one day after the other, in fractions


class Spell(NamedTuple):
    """The days somebody was followed, and what ended it: the event, what rules it out, or nothing yet."""

    days: int
    end: str


def spells(rows: Rows, event: str, as_of: date) -> list[Spell]:
    """From acceptance; who was implemented after being closed was implemented. What came before day 0 came on it."""
    found = []
    for row in rows:
        end = "event" if row[event] else "ruled out" if row["closed"] else "censored"
        last = row[event] or row["closed"] or as_of
        found.append(Spell(max((last - row["accepted"]).days, 0), end))
    return found


def incidence_steps(followed: Sequence[Spell]) -> list[tuple[int, Fraction, Fraction]]:
    """Day, share to whom the event has happened by it, share to whom nothing has."""
    steps, happened, free = [], Fraction(0), Fraction(1)
    for day in sorted({spell.days for spell in followed}):
        at_risk = sum(spell.days >= day for spell in followed)
        ends = Counter(spell.end for spell in followed if spell.days == day)
        happened += free * Fraction(ends["event"], at_risk)
        free *= 1 - Fraction(ends["event"] + ends["ruled out"], at_risk)
        steps.append((day, happened, free))
    return steps


def incidence_at(horizon: int, as_of: date) -> Callable[[Rows], float | None]:
    """In percent; unknown where fewer than ten were accepted so long ago."""

    def answer(rows: Rows) -> float | None:
        if sum((as_of - row["accepted"]).days >= horizon for row in rows) < 10:
            return None
        steps = incidence_steps(spells(rows, "implemented", as_of))
        return float(100 * max((happened for day, happened, _ in steps if day <= horizon), default=Fraction(0)))

    return answer


def half_way(event: str, as_of: date) -> Callable[[Rows], float | None]:
    """The first day on which half have had the event."""

    def answer(rows: Rows) -> float | None:
        steps = incidence_steps(spells(rows, event, as_of))
        return next((day for day, happened, _ in steps if happened >= Fraction(1, 2)), None)

    return answer


def flow_variation(rows: Rows) -> Answer:
    """100 x sd / mean of the issues of each quarter since the first, none in some; of four quarters at least."""
    proposed = Counter(quarter_number(row["proposed"]) for row in rows)
    if not any(row["quarters"][0] <= quarter_number(row["proposed"]) for row in rows):
        return Answer(None, 0)
    first, last = rows[0]["quarters"]
    flow = [proposed[quarter] for quarter in range(max(first, min(proposed)), last + 1)]
    return Answer(100 * stdev(flow) / mean(flow) if len(flow) >= 4 else None, len(flow))


# the catalogue


def dated(rows: Rows, event: str, window: Window | None = None) -> Rows:
    """The rows with an event, inside a window, which lie in the quarter of that event."""
    return [
        row | {"event": row[event]}
        for row in rows
        if row[event] is not None and (window is None or window[0] <= row[event] <= window[1])
    ]


def flow(asked: Asked) -> Rows:
    """The issues until the end of the last eight quarters that were over, with these quarters."""
    window = quarters_until(asked.as_of, 8, 0)
    return [
        row | {"quarters": (quarter_number(window[0]), quarter_number(window[1]))}
        for row in dated(asked.known.issues, "proposed", (date.min, window[1]))
    ]


def is_matured_success(row: Row) -> bool:
    return row["implemented"] is not None and (row["implemented"] - row["accepted"]).days <= 365


def was_active(row: Row, asked: Asked) -> bool:
    """Accepted, open or delivered in the year: open until the day it is delivered or closed, that day included."""
    first, last = asked.year
    inside = [day is not None and first <= day <= last for day in (row["accepted"], row["delivered"])]
    until = min([day for day in (row["delivered"], row["closed"]) if day] + [asked.as_of])
    return any(inside) or (row["accepted"] is not None and row["accepted"] <= last and until >= first)


def first_proposals(rows: Rows) -> dict:
    """The day of each company's first issue ever."""
    days: dict = {}
    for row in rows:
        days[row["partner"]] = min(days.get(row["partner"], row["proposed"]), row["proposed"])
    return days


def companies(asked: Asked) -> Rows:
    return [row for row in asked.known.issues if row["is_company"]]


def new_companies(asked: Asked) -> Rows:
    first = first_proposals(companies(asked))
    rows = dated(companies(asked), "proposed", asked.period)
    return [row for row in rows if row["proposed"] == first[row["partner"]]]


def proposing(asked: Asked) -> Rows:
    first = first_proposals(companies(asked))
    return [
        row | {"returns": first[row["partner"]] < asked.year[0]}
        for row in dated(companies(asked), "proposed", asked.year)
    ]


def committed(asked: Asked) -> Rows:
    """Agreements with the assignments they commit to in each quarter of the year, by the days in force, beside those
    proposed; only agreements that commit to any in the year, and quarters with either."""
    first, last = asked.year
    rows = []
    for row in asked.known.agreements:
        issues = [issue for issue in asked.known.issues if issue["agreement"] == row["agreement"]]
        own = []
        for quarter in range(quarter_number(first), quarter_number(last) + 1):
            window = quarter_days(quarter, quarter)
            start, end = max(row["signed_date"], window[0]), min(row["end_date"] or last, window[1], asked.as_of)
            days = max((end - start).days + 1, 0)
            commitment = (row["assignments_per_year"] or 0) * days / ((last - first).days + 1)
            proposed = len(dated(issues, "proposed", window))
            own.append(row | {"event": window[0], "proposed": proposed, "committed": commitment})
        if sum(each["committed"] for each in own) > 0:
            rows += [each for each in own if each["committed"] > 0 or each["proposed"]]
    return rows


def result_agreements(asked: Asked) -> Rows:
    rows = dated(asked.known.agreements, "signed_date")
    return [row for row in rows if row["obligation"] == "result" and asked.known.runs(None, row["end_date"])]


def paying_members(asked: Asked) -> Rows:
    return [
        row | {"cash": row["cash_eur"] or 0, "all": (row["cash_eur"] or 0) + (row["in_kind_eur"] or 0)}
        for row in asked.known.memberships
        if row["cash_eur"] is not None or row["in_kind_eur"] is not None
    ]


def matured_issues(asked: Asked, obligation: str) -> Rows:
    rows = dated(asked.known.issues, "accepted", asked.matured)
    return [row for row in rows if row["obligation"] == obligation]


def effort_issues(asked: Asked) -> Rows:
    """With whether one who took part was measured before and after: on the issue, or on none in particular."""
    took_part = {(row["issue"], row["person"]) for row in asked.known.participations}
    rows = []
    for row in matured_issues(asked, "effort"):
        reached = any(
            pair["issue"] == row["issue"] or (pair["issue"] is None and (row["issue"], pair["person"]) in took_part)
            for pair in asked.known.pairs
        )
        rows.append(row | {"reached": reached})
    return rows


def teams(asked: Asked) -> Rows:
    """The participations of the year: those of one issue are its team."""
    return [row for row in asked.known.participations if asked.in_year(row["start"], row["end"])]


def has_three_roles(team: Rows) -> bool:
    return len({row["role"] for row in team} - {None}) >= 3


def joins_educations(team: Rows) -> bool:
    return {"vocational_institution", "university_of_applied_sciences"} <= {row["employer_type"] for row in team}


def hours(asked: Asked) -> Rows:
    """What of the hours of a participation fell in the year: as many a day on all its days."""
    rows = []
    for row in teams(asked):
        if row["hours"] is None:
            continue
        start, end = max(row["start"], asked.year[0]), min(row["end"], asked.year[1], asked.as_of)
        part = ((end - start).days + 1) / ((row["end"] - row["start"]).days + 1)
        rows.append(row | {"inside": row["hours"] * part})
    return rows


def questions(asked: Asked) -> Rows:
    return [row for row in asked.known.issues if row["issue_type"] == "technical_question"]


def is_quick(row: Row) -> bool:
    return row["delivered"] is not None and working_days(row["proposed"], row["delivered"]) <= 10


def measurements(asked: Asked) -> Rows:
    """With whether a measurement is the post of a pair."""
    posts = {(row["person"], row["competence"], row["design"], row["issue"], row["day"]) for row in asked.known.pairs}
    return [
        row
        | {
            "is_matched": row["moment"] == "post"
            and (row["person"], row["competence"], row["design"], row["issue"], row["day"]) in posts
        }
        for row in dated(asked.known.assessments, "day", asked.year)
    ]


def reach(rows: Rows) -> Answer:
    """People x cycles with a story, of people with any story x the cycles at hand; n is people."""
    units = {(row["person"], row["cycle"]) for row in rows}
    reached = {(row["person"], row["cycle"]) for row in rows if row["is_reached"]}
    told = [Unit(unit in reached, frozenset([unit[0]])) for unit in units]
    return rate(told, n=len({person for person, _ in units}))


def coverage(rows: Rows) -> Answer:
    """All partnerships x all capabilities are no sample, and have no interval."""
    units = [Unit(row["is_brought"], frozenset([row["key"]])) for row in rows]
    return rate(units, least=1, n=len({row["key"] for row in rows}))._replace(low=None, high=None)


def dyads(asked: Asked) -> Rows:
    """The interactions of the year, once for each place of either person, with what holds for the pair as a whole."""
    rows = dated(asked.known.interactions, "day", asked.year)
    givers: dict = {}
    for row in rows:
        givers.setdefault(row["people"], set()).add(row["giver"])
    return [row | place | {"is_mutual": len(givers[row["people"]]) == 2} for row in rows for place in row["places"]]


def across(asked: Asked, known_only: bool = False) -> Rows:
    return [row for row in dyads(asked) if (row["is_across"] is not None if known_only else row["is_across"])]


Source = Callable[[Asked], Rows]
Number = Callable[[Rows], Answer]


def issues_by(event: str) -> Source:
    return lambda asked: dated(asked.known.issues, event, asked.period)


def cohort(reached: Callable[[Row], object] = lambda row: True) -> Source:
    return lambda asked: [row for row in dated(asked.known.issues, "proposed", asked.matured) if reached(row)]


def accepted_ever(asked: Asked) -> Rows:
    return dated(asked.known.issues, "accepted")


def pairs(asked: Asked) -> Rows:
    return dated(asked.known.pairs, "day", asked.year)


def interactions(asked: Asked) -> Rows:
    return dated(asked.known.interactions, "day", asked.year)


def lagged(rows: Callable[[Asked], Rows], event: str, lag: int) -> Source:
    return lambda asked: dated(rows(asked), event, quarters_until(asked.as_of, 4, lag))


def all_issues(asked: Asked) -> Rows:
    return asked.known.issues


def catalogue(asked: Asked) -> dict[str, tuple[Source, Number]]:
    """Each metric's rows, and the number made of them."""
    as_of = asked.as_of
    return {
        "issues_proposed_count": (issues_by("proposed"), count),
        "issues_accepted_count": (issues_by("accepted"), count),
        "solutions_delivered_count": (issues_by("delivered"), count),
        "solutions_implemented_count": (issues_by("implemented"), count),
        "issues_open_count": (
            lambda a: [row for row in accepted_ever(a) if not row["delivered"] and not row["closed"]],
            count,
        ),
        "acceptance_rate_pct": (
            lagged(all_issues, "proposed", 90),
            rate_of(lambda row: row["accepted"] and (row["accepted"] - row["proposed"]).days <= 90),
        ),
        "implementation_rate_pct": (lagged(all_issues, "accepted", 365), rate_of(is_matured_success)),
        "technical_question_10d_pct": (lagged(questions, "proposed", 14), rate_of(is_quick)),
        "technical_question_median_days": (
            lambda a: dated(questions(a), "delivered", a.year),
            estimate(lambda rows: median((row["delivered"] - row["proposed"]).days for row in rows)),
        ),
        "implementation_12m_pct": (accepted_ever, estimate(incidence_at(365, as_of))),
        "implementation_24m_pct": (accepted_ever, estimate(incidence_at(730, as_of))),
        "median_days_to_implementation": (accepted_ever, estimate(half_way("implemented", as_of))),
        "median_days_to_delivery": (accepted_ever, estimate(half_way("delivered", as_of))),
        "theme_comparison": (lagged(all_issues, "accepted", 365), rate_of(is_matured_success)),
        "new_to_market_pct": (
            lambda a: [row for row in dated(a.known.outcomes, "implemented", a.year) if row["novelty"]],
            rate_of(lambda row: row["novelty"] == "new_to_market"),
        ),
        "value_created_eur": (
            lambda a: [r for r in dated(a.known.outcomes, "implemented", a.year) if r["value_eur"] is not None],
            total("value_eur"),
        ),
        "trl_gain_mean": (
            lambda a: [r for r in dated(a.known.outcomes, "delivered", a.year) if r["trl_gain"] is not None],
            estimate(lambda rows: mean(row["trl_gain"] for row in rows)),
        ),
        "cohort_proposed_count": (cohort(), count),
        "cohort_accepted_count": (cohort(lambda row: row["accepted"] or row["delivered"] or row["implemented"]), count),
        "cohort_delivered_count": (cohort(lambda row: row["delivered"] or row["implemented"]), count),
        "cohort_implemented_count": (cohort(lambda row: row["implemented"]), count),
        "cohort_embedded_count": (
            cohort(lambda row: row["implemented"] and row["status"] == "embedded"),
            count,
        ),
        "companies_active_count": (
            lambda a: [row for row in companies(a) if was_active(row, a)],
            count_of("partner"),
        ),
        "companies_new_count": (new_companies, count_of("partner")),
        "companies_returning_pct": (proposing, rate_per("partner", any_row(lambda row: row["returns"]))),
        "sme_share_pct": (
            lambda a: [row for row in proposing(a) if row["sme"]],
            rate_per("partner", any_row(lambda row: row["sme"] == "yes")),
        ),
        "assignment_flow_pct": (
            committed,
            ratio(lambda row: row["proposed"], lambda row: row["committed"], unit="agreement"),
        ),
        "assignment_flow_cv_pct": (flow, flow_variation),
        "result_obligation_met_pct": (
            lambda a: matured_issues(a, "result"),
            rate_of(lambda row: row["accepted_by_company"]),
        ),
        "effort_learning_reached_pct": (effort_issues, rate_of(lambda row: row["reached"])),
        "quality_guarantee_pct": (result_agreements, rate_of(lambda row: row["quality_guarantee"])),
        "cofinancing_pct": (
            paying_members,
            ratio(lambda row: row["all"] if row["partner_type"] == "company" else 0, lambda row: row["all"]),
        ),
        "cofinancing_cash_pct": (
            paying_members,
            ratio(lambda row: row["cash"] if row["partner_type"] == "company" else 0, lambda row: row["all"]),
        ),
        "cross_role_issues_pct": (teams, rate_per("issue", has_three_roles, "partner")),
        "vocational_applied_cooperation_pct": (teams, rate_per("issue", joins_educations, "partner")),
        "capability_coverage_pct": (lambda a: a.known.coverage, coverage),
        "participants_count": (teams, count_of("person")),
        "lifelong_learners_count": (
            lambda a: [row for row in teams(a) if row["role"] in LIFELONG],
            count_of("person"),
        ),
        "learning_hours": (hours, total("inside", "person")),
        "matched_measurement_pct": (measurements, rate_per("person", any_row(lambda row: row["is_matched"]))),
        "value_cycle_reach_pct": (lambda a: dated(a.known.stories, "day", a.year), reach),
        "learning_gain_mean": (pairs, estimate(lambda rows: mean(row["gain"] for row in rows), "person")),
        "learning_gain_g": (pairs, estimate(hedges_g_av, "person")),
        "improved_share_pct": (pairs, rate_of(lambda row: row["gain"] >= 5 - 1e-9, "person")),
        "learning_retention_pct": (lambda a: dated(a.known.pairs, "followed", a.year), estimate(retained, "person")),
        "learning_flow_count": (interactions, count),
        "mutual_learning_pct": (dyads, rate_per("people", any_row(lambda row: row["is_mutual"]))),
        "boundary_crossing_pct": (
            lambda a: across(a, known_only=True),
            rate_per("people", any_row(lambda row: row["is_across"])),
        ),
        "mutual_learning_across_pct": (across, rate_per("people", any_row(lambda row: row["is_mutual"]))),
    }


ONE_DESIGN = ("learning_gain_mean", "learning_gain_g", "improved_share_pct", "learning_retention_pct")
"""Designs are never pooled: without a choice, before and after only."""


def group_of(row: Row, dimension: str) -> str:
    """The group a row falls in; what is not known is a group too."""
    if dimension == "quarter":
        return f"{row['event'].year}-Q{(row['event'].month + 2) // 3}"
    if dimension == "year":
        return str(row["event"].year)
    return UNKNOWN if row[dimension] is None else row[dimension]


def reference(asked: Asked, metric_id: str, by: Sequence[str] = ()) -> dict[tuple, Answer]:
    """The answer of each group; without dimensions that of the whole, also where it is empty."""
    source, number = catalogue(asked)[metric_id]
    rows = source(asked)
    if metric_id in ONE_DESIGN and "design" not in by:
        rows = [row for row in rows if row["design"] == "pre_post"]
    if not by:
        return {(): number(rows)}
    groups: dict[tuple, Rows] = {}
    for row in rows:
        groups.setdefault(tuple(group_of(row, dimension) for dimension in by), []).append(row)
    answers = {group: number(own) for group, own in groups.items()}
    # a group of which nothing counts has no row: here one whose issues all came before the quarters that vary
    return {group: answer for group, answer in answers.items() if answer.n}

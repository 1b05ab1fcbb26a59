"""What a metric is: the fields of its declaration, its units, and the windows it looks through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.periods import Period, quarters_ended

BEGINNING = date.min
"""The first day of windows that reach back as far as the records do."""

UNITS: dict[str, Label] = {
    "count": Label("number", "aantal"),
    "pct": Label("%", "%"),
    "points": Label("points of 100", "punten van 100"),
    "sd": Label("standard deviations", "standaarddeviaties"),
    "days": Label("days", "dagen"),
    "hours": Label("hours", "uren"),
    "eur": Label("euros", "euro"),
    "trl": Label("levels of readiness (TRL)", "niveaus van gereedheid (TRL)"),
}

COUNTED: dict[str, Label] = {
    "issues": Label("issues", "vraagstukken"),
    "outcomes": Label("solutions", "oplossingen"),
    "companies": Label("companies", "bedrijven"),
    "agreements": Label("agreements", "afspraken"),
    "members": Label("members", "leden"),
    "partnerships": Label("partnerships", "samenwerkingsverbanden"),
    "people": Label("people", "personen"),
    "quarters": Label("quarters", "kwartalen"),
    "pairs of people": Label("pairs of people", "tweetallen"),
    "interactions": Label("interactions", "interacties"),
}
"""What n can count."""

GROUPS: dict[str, Label] = {
    "innovation": Label("Innovation", "Innovatie"),
    "companies": Label("Companies and agreements", "Bedrijven en afspraken"),
    "cooperation": Label("Cooperation", "Samenwerking"),
    "learning": Label("Learning", "Leren"),
}


@dataclass(frozen=True)
class Window:
    """Which days a metric looks at: `quarters` calendar quarters that end with the period.

    With `lag_days`, the quarters that had ended that many days before *as of*; 0 days leave out a quarter that is not
    over. No quarters and no period: everything up to *as of*.
    """

    label: Message
    quarters: int = 0
    lag_days: int | None = None
    whole_period: bool = False

    def bounds(self, period: Period, as_of: date) -> tuple[date, date]:
        """First and last calendar day; a window that runs on after *as of* is cut off where the records are read."""
        if self.lag_days is not None:
            return quarters_ended(self.quarters, as_of - timedelta(days=self.lag_days))
        if self.whole_period:
            return period.first_day, period.last_day
        if self.quarters:
            return period.last_quarter.shifted(1 - self.quarters).first_day, period.last_day
        return BEGINNING, as_of

    def shared(self, period: Period, before: Period, today: date) -> tuple[int, int]:
        """How many quarters it looks at in both periods, and in the first; (0, 0) where it reaches back for ever."""
        now, then = (self.bounds(each, each.as_of(today)) for each in (period, before))
        if now[0] == BEGINNING:
            return 0, 0
        first, last = max(now[0], then[0]), min(now[1], then[1])
        return _quarters(first, last) if first <= last else 0, _quarters(*now)


def _quarters(first: date, last: date) -> int:
    """How many quarters have any of these days."""
    return 4 * (last.year - first.year) + (last.month - 1) // 3 - (first.month - 1) // 3 + 1


WINDOWS: dict[str, Window] = {
    "period": Window(msg("the period"), whole_period=True),
    "stock": Window(msg("the state on the last day of the period")),
    "year": Window(msg("the four quarters that end with the period"), quarters=4),
    "two_years": Window(msg("the last eight quarters that were over on the last day of the period"), 8, 0),
    "year_14": Window(msg("the four quarters that ended 14 days before the last day of the period"), 4, 14),
    "year_90": Window(msg("the four quarters that ended 90 days before the last day of the period"), 4, 90),
    "matured": Window(msg("the four quarters that ended 365 days before the last day of the period"), 4, 365),
    "history": Window(msg("everything up to the last day of the period")),
}


Kind = Literal["count", "rate", "ratio", "sum", "estimate", "incidence", "variation", "comparison"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric.

    The rows of `view` whose `event` lies in `window`, for which `where` holds and of which `known` is not null are the
    units, or `only` those of which a dimension has one of some values. Where a unit takes several rows, `per` names the
    columns that make one (and `numerator` is then an aggregate over its rows).

    - estimator "count": the number of units;
    - "rate": 100 x units for which `numerator` holds / units, with Wilson's interval where they are a sample, in which
      units that have one of the `subjects` in common are alike;
    - "ratio": 100 x sum of `numerator` / sum of `denominator`, without an interval;
    - "sum": the sum of `numerator`, without an interval;
    - "incidence": 100 x the cumulative incidence, `at_days` from `event`, of the first of the dates `values`, with the
      second as competing event; without `at_days` the day on which it reaches one half;
    - "variation": the coefficient of variation of the quarterly numbers of units;
    - "comparison": the rate for each theme beside what `themes.compare` adds to it;
    - any other: that function of `estimators.py` over the columns `values` of the units.

    `n_of` names the column whose distinct values n counts, where units are finer than that. `subjects` are the columns
    that say whom a small cell would give away: people where `person`, else companies; taken together, or
    `subjects_apart`. `is_sample`: its units stand for others of their kind, and are not all there are. `needs` are the
    columns (`table.column`) without which a supplier's records say nothing of the metric: who never sent them is left
    out, so that what is not known is not counted as what did not happen. `reads` are columns that it reads besides,
    which a supplier may do without: of all of these the note says how much was sent that could not be read.
    `stands_in`: the view that says in which groups a unit stands, where no slice may cut it: it is judged on all its
    rows of `view` in the window, whichever group it counts in. `one_design`: never pools designs of measurement.
    `tells`: the column whose mix of values the note says.
    """

    id: str
    label: Message
    definition: Message
    unit: str
    counts: str
    group: str
    view: str
    window: str
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    event: str | None = None
    where: str | None = None
    known: str | None = None
    only: tuple[str, tuple[str, ...]] | None = None
    per: tuple[str, ...] = ()
    estimator: str = "count"
    numerator: str | None = None
    denominator: str | None = None
    values: tuple[str, ...] = ()
    at_days: int | None = None
    n_of: str | None = None
    person: bool = False
    subjects: tuple[str, ...] = ("organisation_id",)
    subjects_apart: bool = False
    is_sample: bool = True
    min_n: int = 1
    stands_in: str | None = None
    one_design: bool = False
    tells: str | None = None

    @property
    def kind(self) -> Kind:
        return self.estimator if self.estimator in get_args(Kind) else "estimate"  # type: ignore[return-value]

    @property
    def is_clustered(self) -> bool:
        """Whether the units of a rate may have a subject in common: a company's issues, pairs with the same person."""
        return self.kind == "rate" and self.is_sample and (self.per != self.subjects or len(self.subjects) > 1)

    @property
    def expressions(self) -> tuple[str, ...]:
        """The SQL of the declaration: what the metric reads of its view, but for whom it counts."""
        single = (self.event, self.where, self.known, self.numerator, self.denominator, self.n_of, self.tells)
        return (*self.per, *self.values, *filter(None, single))

    @property
    def is_money(self) -> bool:
        return self.unit == "eur"

"""The sections about learning between people: between which roles it runs, both ways, across school and company."""

from __future__ import annotations

from functools import partial
from itertools import product

from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.dimensions import UNKNOWN, UNKNOWN_LABEL
from ppp_metrics.records.codes import EDUCATION_ROLES, ROLES
from ppp_metrics.reporting import words
from ppp_metrics.reporting.matrix_charts import Family, Square, draw_matrix
from ppp_metrics.reporting.sections import Desk, Draw, Section, Table, Words, in_one_session
from ppp_metrics.reporting.words import Number

LABELS = {role.value: role.label for role in ROLES} | {UNKNOWN: UNKNOWN_LABEL}
COMPANY_ROLES = ("company_employee",)
FAMILIES: tuple[tuple[Message, tuple[str, ...]], ...] = (
    (msg("School"), EDUCATION_ROLES),
    (msg("Company"), COMPANY_ROLES),
    (msg("Other roles"), tuple(role for role in LABELS if role not in (*EDUCATION_ROLES, *COMPANY_ROLES))),
)
NO_INTERACTIONS = msg("No interactions were delivered for this region and period.")
NOBODY = "–"
Flows = dict[tuple[str, str], Number]
"""The role of who gives and of who receives -> how often."""


class ExchangeSections(Desk):
    """Between whom learning ran; each method is one section."""

    @in_one_session
    def exchange(self) -> Section:
        """Learning between people: both ways, and across school and company."""
        title = msg("Learning from each other")
        numbers = [
            words.named(self.number(each), self.lang)
            for each in ("mutual_learning_pct", "boundary_crossing_pct", "mutual_learning_across_pct")
        ]
        mutual, across, both = numbers
        if mutual.is_absent:
            return self.section("exchange", title, [NO_INTERACTIONS])
        found: list[Message] = []
        if mutual.value is not None:
            found.append(
                msg(
                    "In {share} of the {n} pairs of people who helped each other learn, learning ran both ways.",
                    share=self.shown(mutual),
                    n=self.n_of(mutual),
                )
            )
        if across.value is not None:
            found.append(
                msg(
                    "{share} of the pairs with a known side cross the line between school and company.",
                    share=self.shown(across),
                )
            )
        if both.value is not None:
            found.append(msg("Of the pairs across that line, {share} learned from each other.", share=self.shown(both)))
        if not found:
            found.append(
                msg("The shares are withheld.")
                if any(each.is_suppressed for each in numbers)
                else msg("There are too few pairs of people to give shares.")
            )
        caption = msg("Share of pairs of people, {window}, with 95% intervals", window=self.last_year())
        return self.section(
            "exchange",
            title,
            [" ".join(map(self.say, found))],
            self.intervals(numbers),
            caption,
            [self.rate_table(caption, msg("measure"), numbers)],
        )

    @in_one_session
    def flows(self) -> Section:
        """How often each role helped each other role to learn."""
        title = msg("Who learned from whom")
        found = self.numbers("learning_flow_count", ("giver_role", "receiver_role"))
        if not found:
            return self.section("flows", title, [NO_INTERACTIONS])
        flows: Flows = {(each.keys[0], each.keys[1]): each for each in found}
        findings: list[Words] = [self._across(flows)]
        if any(each.is_suppressed for each in found):
            findings.append(
                msg(
                    "Withheld ({mark}): where fewer than 5 people gave or received, and what would give these away.",
                    mark=words.WITHHELD_MARK,
                )
            )
        caption = msg(
            "How often people helped others to learn, by the roles of both, {window}; outlined: between school and "
            "company; {nobody}: not at all",
            window=self.last_year(),
            nobody=NOBODY,
        )
        return self.section("flows", title, findings, self._matrix(flows), caption, [self._flows_table(caption, flows)])

    def _across(self, flows: Flows) -> Message:
        """What ran each way between the two roles of school and company between which most did."""
        pairs = list(product(EDUCATION_ROLES, COMPANY_ROLES))
        hidden = {pair for pair in pairs if any(_is_hidden(flows, way) for way in (pair, pair[::-1]))}
        told = {pair: (_times(flows, pair), _times(flows, pair[::-1])) for pair in pairs if pair not in hidden}
        most = max(told, key=lambda pair: sum(told[pair]), default=None)
        if most is None or not sum(told[most]):
            return (
                msg("How often school and company helped each other to learn is withheld.")
                if hidden
                else msg("No help between people of schools and employees of companies was recorded.")
            )
        if not hidden and list(map(sum, told.values())).count(sum(told[most])) > 1:
            named = {pair: " – ".join(LABELS[role].render(self.lang) for role in pair) for pair in told}
            equal = [named[pair] for pair, times in told.items() if sum(times) == sum(told[most])]
            return msg(
                "Between school and company most learning ran between these pairs of roles, {times} times each: "
                "{pairs}.",
                times=self.count(sum(told[most])),
                pairs=self.listed(equal),
            )
        there, back = told[most]
        values = {
            "school": LABELS[most[0]],
            "company": LABELS[most[1]],
            "there": self.count(there),
            "back": self.count(back),
        }
        if hidden:
            return msg(
                "Between school and company, of what may be shown most learning ran between {school} and {company}: "
                "{there} times from {school} to {company}, {back} times the other way.",
                **values,
            )
        return msg(
            "Between school and company most learning ran between {school} and {company}: {there} times from {school} "
            "to {company}, {back} times the other way.",
            **values,
        )

    def _families(self, flows: Flows) -> list[tuple[str, list[str]]]:
        """The roles that gave or received anything, those of school and of company apart."""
        taking_part = {role for pair in flows for role in pair}
        present = [(self.say(name), [role for role in roles if role in taking_part]) for name, roles in FAMILIES]
        return [(name, roles) for name, roles in present if roles]

    def _matrix(self, flows: Flows) -> Draw:
        families = self._families(flows)
        across = {*product(EDUCATION_ROLES, COMPANY_ROLES), *product(COMPANY_ROLES, EDUCATION_ROLES)}

        def square(pair: tuple[str, str]) -> Square:
            number = flows.get(pair)
            text = NOBODY if number is None else words.WITHHELD_MARK if number.is_suppressed else self.shown(number)
            return Square(number.value if number else None, text, is_outlined=pair in across)

        roles = [role for _, each in families for role in each]
        return partial(
            draw_matrix,
            families=[Family(name, tuple(map(self._heading, each))) for name, each in families],
            squares={(self._heading(a), self._heading(b)): square((a, b)) for a, b in product(roles, repeat=2)},
            axes=(self.say(msg("from whom ↓")), self.say(msg("to whom →"))),
        )

    def _flows_table(self, caption: Words, flows: Flows) -> Table:
        """A row a role that gave, a column a role that received."""
        roles = [role for _, each in self._families(flows) for role in each]
        header: list[Words] = [msg("from whom ↓ to whom →"), *map(self._heading, roles)]

        def cell(pair: tuple[str, str]) -> Words:
            return self.shown(flows[pair]) if pair in flows else NOBODY

        rows: list[list[Words]] = [
            [self._heading(gives), *(cell((gives, receives)) for receives in roles)] for gives in roles
        ]
        return Table(caption, header, rows)

    def _heading(self, role: str) -> str:
        label = LABELS[role].render(self.lang)
        return label[:1].upper() + label[1:]


def _is_hidden(flows: Flows, pair: tuple[str, str]) -> bool:
    return pair in flows and flows[pair].value is None


def _times(flows: Flows, pair: tuple[str, str]) -> float:
    """How often a role helped another, where that is shown: a pair without a row never did."""
    return (flows[pair].value or 0) if pair in flows else 0

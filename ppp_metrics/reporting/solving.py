"""Everything known, solved part by part: which withheld quantities are too narrow, and which numbers contradict.

Versions of the records are taken for one as far as nothing contradicts that. Where something does, as little as can be
is taken to have changed; where even that does not help, the numbers themselves contradict, and are named.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ppp_metrics.reporting.integers import EPSILON, GaveUpError, Program, Range, Row
from ppp_metrics.reporting.knowledge import Knowledge, Relation, Shown

Variable = tuple[int, str | None]
"""A quantity, in all versions of the records or in one of them."""
MOVED = 1e-4
"""What has to give less than this to agree with the rest does agree."""


@dataclass
class Answers:
    """The range of each withheld quantity that is too narrow, by version where it differs; None: the solver gave up.

    `contradictions` are the smallest sets of shown numbers that cannot all be true, each with the withheld quantities
    that can therefore not be judged by them.
    """

    ranges: dict[Variable, Range | None] = field(default_factory=dict)
    contradictions: list[tuple[list[Shown], set[int]]] = field(default_factory=list)


def solve(known: Knowledge) -> Answers:
    """Judge every withheld quantity."""
    asked = {(number, cell.version) for cell in known.withheld for number in judged(cell.parts).values()}
    answers = Answers()
    clashes = _two_numbers(known, answers)
    everything = _Part(known, asked, clashes, known.relations, set(), answers)
    everything.solve()
    return answers


def judged(parts: Mapping[str, int]) -> dict[str, int]:
    """The parts of a withheld cell that may not be narrowed down: how many values a mean has is no count of people."""
    return {part: number for part, number in parts.items() if part != "values"}


def _two_numbers(known: Knowledge, answers: Answers) -> set[tuple[int, str]]:
    """What is shown as two different numbers in one version of the records."""
    found = set()
    for number, versions in known.shown.items():
        for version, shown in versions.items():
            if _meeting(shown) is None:
                low, high = min(shown, key=lambda each: each.high), max(shown, key=lambda each: each.low)
                answers.contradictions.append(([low, high], set()))
                found.add((number, version))
    return found


def _meeting(shown: Iterable[Shown]) -> tuple[float, float] | None:
    """What all agree on."""
    shown = list(shown)
    low, high = max(each.low for each in shown), min(each.high for each in shown)
    return (min(low, high), max(low, high)) if low <= high + EPSILON else None


class _Part:
    """Some of the relations, with the quantities in `apart` told apart by version."""

    def __init__(
        self,
        known: Knowledge,
        asked: set[tuple[int, str]],
        clashes: set[tuple[int, str]],
        relations: Iterable[Relation],
        apart: set[int],
        answers: Answers,
    ):
        self.known, self.asked, self.clashes, self.answers = known, asked, clashes, answers
        self.apart = apart or {
            number
            for number, versions in known.shown.items()
            if len(versions) > 1 and _meeting(each for shown in versions.values() for each in shown) is None
        }
        self.is_told_apart = bool(apart)
        self.variables: dict[Variable, int] = {}
        self.of: list[Variable] = []
        self.origin: list[Relation] = []
        self.rows: list[Row] = []
        self.is_presumed: list[bool] = []
        for relation in relations:
            self._add(relation)
        for number, version in asked:
            self._variable(number, version)
        if self.is_told_apart:
            self._tie_versions()
        bounds = [self._bounds(each) for each in self.of]
        self.lows, self.highs = [low for low, _ in bounds], [high for _, high in bounds]

    def _versions(self, relation: Relation) -> list[str | None]:
        """In which versions of the records a relation has to be told."""
        apart = [number for number, _ in relation.terms if number in self.apart]
        if relation.version is not None:
            return [relation.version]
        if not apart:
            return [None]
        known = self.known
        own = {version for number in apart for version in known.mentioned.get(number, set())}
        return [*sorted(own)] or [""]

    def _add(self, relation: Relation) -> None:
        for version in self._versions(relation):
            terms: dict[int, float] = defaultdict(float)
            for number, weight in relation.terms:
                terms[self._variable(number, version)] += weight
            self.rows.append(Row(dict(terms), relation.low, relation.high))
            self.is_presumed.append(relation.is_presumed)
            self.origin.append(relation)

    def _variable(self, number: int, version: str | None) -> int:
        name = (number, version if number in self.apart else None)
        if name not in self.variables:
            self.variables[name] = len(self.of)
            self.of.append(name)
        return self.variables[name]

    def _tie_versions(self) -> None:
        """What is of several versions is presumed to be the same in all."""
        own: dict[int, list[str]] = defaultdict(list)
        for number, version in self.of:
            if version is not None:
                own[number].append(version)
        for number, versions in own.items():
            for before, after in zip(sorted(versions), sorted(versions)[1:], strict=False):
                pair = {self.variables[number, before]: 1.0, self.variables[number, after]: -1.0}
                self.rows.append(Row(pair, 0, 0))
                self.is_presumed.append(True)
                self.origin.append(Relation(((number, 1.0), (number, -1.0)), 0, 0, is_presumed=True))

    def _shown(self, variable: Variable) -> list[Shown]:
        number, version = variable
        versions = self.known.shown.get(number, {})
        chosen = [version] if version is not None else list(versions)
        return [each for name in chosen if (number, name) not in self.clashes for each in versions.get(name or "", [])]

    def _bounds(self, variable: Variable) -> tuple[float, float]:
        number, version = variable
        population = self.known.quantities[number].population
        is_signed = population.summed in ("gain", "trl_gain")
        if shown := self._shown(variable):
            low, high = _meeting(shown) or (0.0, math.inf)
            return low, high
        versions = [version] if version is not None else self.known.mentioned.get(number, set())
        least = max((self.known.least.get((number, each or ""), 0.0) for each in versions), default=0.0)
        return (-math.inf if is_signed else least), math.inf

    def solve(self) -> None:
        """Add what follows to the answers."""
        for columns, rows in self._components():
            wanted = [
                self.variables[name]
                for name in {(number, version if number in self.apart else None) for number, version in self.asked}
                if name in self.variables
            ]
            inside = set(columns)
            own = [column for column in wanted if column in inside]
            self._solve_component(columns, rows, own)

    def _components(self) -> Iterator[tuple[list[int], list[int]]]:
        """The unknowns that hang together, with their rows; last, without unknowns, the rows of numbers only."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        unknown = [high - low > EPSILON for low, high in zip(self.lows, self.highs, strict=True)]
        edges, fixed = [], []
        first: dict[int, int] = {}
        for at, row in enumerate(self.rows):
            free = [column for column in row.terms if unknown[column]]
            if not free:
                fixed.append(at)
                continue
            first[at] = free[0]
            edges += [(free[0], column) for column in free]
        begin, end = zip(*edges, strict=True) if edges else ((), ())
        size = len(self.of)
        numbers = connected_components(coo_array(([1] * len(edges), (begin, end)), shape=(size, size)))[1]
        columns: dict[int, list[int]] = defaultdict(list)
        rows: dict[int, list[int]] = defaultdict(list)
        for column in range(size):
            if unknown[column]:
                columns[numbers[column]].append(column)
        for at, column in first.items():
            rows[numbers[column]].append(at)
        asked = {
            self.variables.get((number, version if number in self.apart else None)) for number, version in self.asked
        }
        for number, own in columns.items():
            if not asked.isdisjoint(own):
                yield own, rows[number]
        broken = [at for at in fixed if not self._holds(at) and not self.is_presumed[at]]
        if broken:
            yield [], broken

    def _holds(self, at: int) -> bool:
        row = self.rows[at]
        least = sum(weight * (self.lows if weight > 0 else self.highs)[column] for column, weight in row.terms.items())
        most = sum(weight * (self.highs if weight > 0 else self.lows)[column] for column, weight in row.terms.items())
        return least <= row.high + MOVED and most >= row.low - MOVED

    def _solve_component(self, columns: Sequence[int], rows: Sequence[int], asked: Sequence[int]) -> None:
        try:
            kept = self._agreeing(columns, rows)
            if kept is None:
                self._tell_apart(columns, rows)
                return
        except GaveUpError:
            self.answers.ranges |= {self.of[column]: None for column in asked}
            return
        # amounts say next to nothing of how many there are, and make a program of whole numbers slow
        counts = [column for column in columns if not self._is_amount(column)]
        amounts = {column for column in columns if self._is_amount(column)}
        of_counts = [at for at in kept if amounts.isdisjoint(self.rows[at].terms)]
        self._range(counts, of_counts, [column for column in asked if column not in amounts])
        self._range(columns, kept, [column for column in asked if column in amounts])

    def _range(self, columns: Sequence[int], rows: Sequence[int], asked: Sequence[int]) -> None:
        if asked:
            program, places = self._program(columns, rows)
            found = program.ranges([places[column] for column in asked])
            back = {place: column for column, place in places.items()}
            self.answers.ranges |= {self.of[back[place]]: each for place, each in found.items()}

    def _is_amount(self, column: int) -> bool:
        return bool(self.known.quantities[self.of[column][0]].population.summed)

    def _agreeing(self, columns: Sequence[int], rows: Sequence[int]) -> list[int] | None:
        """The rows without those presumed that contradict the rest; None where what remains contradicts itself."""
        if self._program(columns, rows)[0].is_feasible():
            return list(rows)
        moved = self._moved(columns, rows, [at for at in rows if self.is_presumed[at]])
        if moved is None:
            return None
        return [at for at in rows if at not in moved]

    def _moved(self, columns: Sequence[int], rows: Sequence[int], elastic: Sequence[int]) -> set[int] | None:
        """Those of some rows that give, where as little gives as can; None where that does not help."""
        program, _ = self._program(columns, [at for at in rows if at not in set(elastic)])
        base = len(program.lows)
        places = self._program(columns, rows)[1]
        relaxed = []
        costs: list[int] = []
        for at in elastic:
            over, under = base + len(costs), base + len(costs) + 1
            costs += [over, under]
            row = self._row(at, places)
            relaxed.append(Row({**row.terms, over: 1.0, under: -1.0}, row.low, row.high))
        whole = Program(
            [*program.lows, *[0.0] * len(costs)],
            [*program.highs, *[math.inf] * len(costs)],
            [*program.is_count, *[False] * len(costs)],
            [*program.rows, *relaxed],
        )
        values = whole.fewest(costs)
        if values is None:
            return None
        return {
            at
            for each, at in enumerate(elastic)
            if values[base + 2 * each] > MOVED or values[base + 2 * each + 1] > MOVED
        }

    def _row(self, at: int, places: Mapping[int, int]) -> Row:
        """A row of unknowns only: what is known goes to its bounds."""
        row = self.rows[at]
        terms = {places[column]: weight for column, weight in row.terms.items() if column in places}
        known = [(column, weight) for column, weight in row.terms.items() if column not in places]
        middle = sum(weight * (self.lows[column] + self.highs[column]) / 2 for column, weight in known)
        return Row(terms, row.low - middle, row.high - middle)

    def _program(self, columns: Sequence[int], rows: Iterable[int]) -> tuple[Program, dict[int, int]]:
        places = {column: place for place, column in enumerate(columns)}
        quantities = self.known.quantities
        program = Program(
            [self.lows[column] for column in columns],
            [self.highs[column] for column in columns],
            [not quantities[self.of[column][0]].population.summed for column in columns],
            [self._row(at, places) for at in rows],
        )
        return program, places

    def _tell_apart(self, columns: Sequence[int], rows: Sequence[int]) -> None:
        """Solve a part again with each version's quantities for themselves; or name the numbers that contradict."""
        inside = {self.of[column][0] for column in columns} | {
            self.of[column][0] for at in rows for column in self.rows[at].terms
        }
        versions = {version for number in inside for version in self.known.mentioned.get(number, ())}
        if not self.is_told_apart and len(versions) > 1:
            asked = {(number, version) for number, version in self.asked if number in inside}
            relations = dict.fromkeys(self.origin[at] for at in rows)
            _Part(self.known, asked, self.clashes, relations, inside, self.answers).solve()
            return
        self._name_contradiction(columns, rows)

    def _name_contradiction(self, columns: Sequence[int], rows: Sequence[int]) -> None:
        hard = [at for at in rows if not self.is_presumed[at]]
        culprits = self._smallest(columns, hard)
        shown = [self._shown(self.of[column])[0] for column in culprits]
        unjudged = {self.of[column][0] for column in columns}
        self.answers.contradictions.append((shown, {number for number, _ in self.asked if number in unjudged}))

    def _smallest(self, columns: Sequence[int], rows: Sequence[int]) -> list[int]:
        """The fewest known columns that contradict, found by leaving out rows, and then columns, one by one."""
        inside = set(columns)
        rows = _shrunk(list(rows), lambda kept: not self._can_be(kept, inside))
        known = sorted({column for at in rows for column in self.rows[at].terms if column not in inside})
        return _shrunk(known, lambda kept: not self._can_be(rows, inside | (set(known) - set(kept))))

    def _can_be(self, rows: Sequence[int], free: set[int]) -> bool:
        columns = sorted({column for at in rows for column in self.rows[at].terms})
        lows = [0.0 if column in free and self._shown(self.of[column]) else self.lows[column] for column in columns]
        highs = [math.inf if column in free else self.highs[column] for column in columns]
        places = {column: place for place, column in enumerate(columns)}
        of_rows = [
            Row({places[column]: weight for column, weight in self.rows[at].terms.items()}, row.low, row.high)
            for at in rows
            for row in [self.rows[at]]
        ]
        return Program(lows, highs, [True] * len(columns), of_rows).is_feasible()


def _shrunk(things: list[int], contradicts: object) -> list[int]:
    """The things without those that it takes none of to contradict: in halves first, then one by one."""
    assert callable(contradicts)
    size = max(1, len(things) // 2)
    while True:
        at = 0
        while at < len(things):
            without = things[:at] + things[at + size :]
            if contradicts(without):
                things = without
            else:
                at += size
        if size == 1:
            return things
        size = max(1, size // 2)

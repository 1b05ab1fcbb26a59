"""What whole numbers unknown quantities can be, given how they relate: by HiGHS, linear programs first, integers after.

Whatever cannot be answered (time, nodes, tolerance) is said to be unanswered, and never taken for safe.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import PppError
from ppp_metrics.language import msg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

CANDIDATES = 5
"""A withheld count must be able to have at least so many values."""
WIDTH_SHARE = 0.10
"""A withheld amount must be able to differ by at least this share of its greatest value."""
EPSILON = 1e-6
LARGEST = 1e9
"""Larger amounts are reckoned in a larger unit: HiGHS takes a number from 1e20 on for infinite."""
MOST_SEARCHED = 200
"""Among more unknowns than this, what is possible in fractions is taken for possible."""
MOST_STEPS = 60
"""So far from a solution others are looked for."""
SECONDS = 3.0
"""How long one whole-number program may take."""


class GaveUpError(PppError):
    """A program that has no answer in time."""

    def __init__(self) -> None:
        super().__init__(msg("The solver gave up."))


@dataclass(frozen=True)
class Row:
    """A sum of terms, coefficient by column, that lies between `low` and `high`."""

    terms: Mapping[int, float]
    low: float
    high: float


@dataclass(frozen=True)
class Range:
    """What an unknown can be: between `low` and `high`; of a count how many `candidates` there are, None: enough."""

    low: float
    high: float
    candidates: int | None = None


@dataclass
class Program:
    """Unknowns, each between `lows` and `highs`, whole where it `is_count`, and the rows that relate them."""

    lows: list[float]
    highs: list[float]
    is_count: list[bool]
    rows: Sequence[Row]
    seconds: float = SECONDS
    seen: dict[int, set[int]] = field(default_factory=dict)
    """The values that whole-number solutions found so far have, of the unknowns asked for."""

    @cached_property
    def unit(self) -> float:
        """In what unit amounts are reckoned."""
        if any(self.is_count):
            return 1.0
        bounds = [abs(each) for each in (*self.lows, *self.highs) if math.isfinite(each)]
        return max([1.0, *(each / LARGEST for each in bounds)])

    def solver(self, is_whole: bool) -> Any:
        import highspy
        import numpy as np

        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        count = len(self.lows)
        solver.addVars(count, np.array(self.lows) / self.unit, np.array(self.highs) / self.unit)
        starts = np.cumsum([0, *(len(row.terms) for row in self.rows)])[:-1]
        columns = np.array([column for row in self.rows for column in row.terms], dtype=np.int32)
        weights = np.array([weight for row in self.rows for weight in row.terms.values()], dtype=float)
        solver.addRows(
            len(self.rows),
            np.array([row.low for row in self.rows], dtype=float) / self.unit,
            np.array([row.high for row in self.rows], dtype=float) / self.unit,
            len(columns),
            starts.astype(np.int32),
            columns,
            weights,
        )
        if not is_whole:
            # of what can grow without end, presolve has been seen to say that it cannot be
            solver.setOptionValue("presolve", "off")
        if is_whole:
            kind = highspy.HighsVarType
            for column, is_count in enumerate(self.is_count):
                if is_count:
                    solver.changeColIntegrality(column, kind.kInteger)
            solver.setOptionValue("mip_rel_gap", 0.0)
            solver.setOptionValue("mip_abs_gap", 0.5)
        solver.setOptionValue("time_limit", self.seconds)
        return solver

    @cached_property
    def fractions(self) -> Any:
        return self.solver(is_whole=False)

    @cached_property
    def whole(self) -> Any:
        return self.solver(is_whole=True)

    def is_feasible(self) -> bool:
        """Whether anything at all agrees with what is known, in fractions. Raises GaveUpError."""
        return self._solve(self.fractions) is not None

    def fewest(self, gives: Sequence[int]) -> Numbers | None:
        """A solution, in fractions, in which the fewest of some unknowns are above 0; None where there is none.

        Where the fewest are not found in time, that in which they are the least together. Raises GaveUpError.
        """
        for column in gives:
            self.fractions.changeColCost(column, 1.0)
        least = self._solve(self.fractions)
        if least is None:
            return None
        most = max(1.0, 2 * sum(float(least[column]) for column in gives))
        lows, highs, is_count = list(self.lows), list(self.highs), [False] * len(self.lows)
        rows = list(self.rows)
        for column in gives:
            rows.append(Row({column: 1.0, len(lows): -most}, -math.inf, 0))
            lows.append(0.0)
            highs.append(1.0)
            is_count.append(True)
        chosen = Program(lows, highs, is_count, rows, self.seconds)
        for column in range(len(self.lows), len(lows)):
            chosen.whole.changeColCost(column, 1.0)
        try:
            found = chosen._solve(chosen.whole)
        except GaveUpError:
            return least
        return least if found is None else found[: len(self.lows)]

    def _solve(self, solver: Any) -> Numbers | None:
        """The values of a solution, math.inf where they can grow without end; None where there is none."""
        import highspy
        import numpy as np

        # the clock of a solver runs on from one run to the next
        solver.zeroAllClocks() if hasattr(solver, "zeroAllClocks") else None
        solver.setOptionValue("time_limit", solver.getRunTime() + self.seconds)
        kinds = highspy.HighsModelStatus
        solver.run()
        if (status := solver.getModelStatus()) in (kinds.kSolveError, kinds.kUnknown):
            # once more without what it remembers of the last run
            solver.clearSolver()
            solver.run()
            status = solver.getModelStatus()
        if status == kinds.kInfeasible:
            return None
        if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
            return np.full(len(self.lows), np.inf)
        if status == kinds.kModelEmpty:
            return np.array(self.lows)
        if status != kinds.kOptimal:
            raise GaveUpError
        values: Numbers = self.unit * np.array(solver.getSolution().col_value)
        self._learn(values)
        return values

    def _learn(self, values: Numbers) -> None:
        """Keep what a solution shows to be possible: most unknowns need few programs of their own."""
        import numpy as np

        if len(self.lows) > MOST_SEARCHED:
            # whatever lies between two solutions is one, in fractions
            np.minimum(self.reached[0], values, out=self.reached[0])
            np.maximum(self.reached[1], values, out=self.reached[1])
            for column, found in self.seen.items():
                low, high = math.ceil(self.reached[0][column] - EPSILON), math.floor(self.reached[1][column] + EPSILON)
                if len(found) < CANDIDATES:
                    found.update(range(low, min(high, low + CANDIDATES) + 1))
        elif self._is_whole(values):
            for column, found in self.seen.items():
                found.add(round(values[column]))

    def _is_whole(self, values: Numbers) -> bool:
        import numpy as np

        counts = values[self.counted]
        return bool(np.isfinite(counts).all() and np.abs(counts - np.round(counts)).max(initial=0) < EPSILON)

    @cached_property
    def reached(self) -> tuple[Numbers, Numbers]:
        """How low, and how high, solutions so far lie in each unknown."""
        import numpy as np

        return np.full(len(self.lows), np.inf), np.full(len(self.lows), -np.inf)

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        import numpy as np

        return np.array(self.is_count, dtype=bool)

    def ranges(self, asked: Iterable[int]) -> dict[int, Range | None]:
        """What each unknown asked for can be, those that can be enough left out; None: the solver gave up."""
        asked = list(dict.fromkeys(asked))
        self.seen = {column: set() for column in asked if self.is_count[column]}
        found: dict[int, Range | None] = {}
        for column in asked:
            try:
                each = self._candidates(column) if self.is_count[column] else self._width(column)
            except GaveUpError:
                found[column] = None
                continue
            if each:
                found[column] = each
        return found

    def _width(self, column: int) -> Range | None:
        """How far an amount can lie apart, where that is too little."""
        high = self._extreme(column, -1)
        low = self._extreme(column, 1)
        most = max(abs(low), abs(high))
        is_enough = math.isinf(most) or most <= EPSILON or high - low >= WIDTH_SHARE * most
        return None if is_enough else Range(low, high)

    def _extreme(self, column: int, sign: int) -> float:
        """The least value (sign 1) or the greatest (-1), in fractions."""
        self.fractions.changeColCost(column, float(sign))
        try:
            values = self._solve(self.fractions)
        finally:
            self.fractions.changeColCost(column, 0.0)
        if values is None:
            raise GaveUpError
        return -math.inf if sign > 0 and math.isinf(values[column]) else float(values[column])

    def _candidates(self, column: int) -> Range | None:
        """The whole numbers that a count can be, as far as they are fewer than enough.

        Found by moves from one solution: the least change of everything else that a change of the count takes. What no
        move in fractions reaches, nothing reaches; nor, then, what lies further that way.
        """
        seen, start = self.seen[column], float(self.start[column])
        doubtful = []
        for sign, first in ((1, math.ceil(start - EPSILON)), (-1, math.ceil(start - EPSILON) - 1)):
            for value in range(first, first + sign * MOST_STEPS, sign):
                if len(seen) >= CANDIDATES:
                    return None
                if value in seen:
                    continue
                can_be = self._move(column, value - start)
                if can_be is False:
                    break
                if can_be is None and len(self.lows) > MOST_SEARCHED:
                    seen.add(value)
                elif can_be is None:
                    doubtful.append(value)
        for value in doubtful:
            if len(seen) >= CANDIDATES:
                return None
            if value not in seen and self._is_possible(column, value):
                seen.add(value)
        if len(seen) >= CANDIDATES or max(seen, default=1) <= 0:
            return None
        if not seen:
            raise GaveUpError
        return Range(min(seen), max(seen), len(seen))

    def _is_possible(self, column: int, value: int) -> bool:
        self.whole.changeColBounds(column, float(value), float(value))
        try:
            return self._solve(self.whole) is not None
        finally:
            self.whole.changeColBounds(column, self.lows[column], self.highs[column])

    @cached_property
    def start(self) -> Numbers:
        """One solution, in whole numbers unless it would take long. Raises GaveUpError where none is found."""
        import numpy as np

        values = self._solve(self.whole if len(self.lows) <= MOST_SEARCHED else self.fractions)
        if values is None or not np.isfinite(values).all():
            raise GaveUpError
        return values

    @cached_property
    def moves(self) -> Any:
        """The program of how much each unknown is more, and how much less, than at the start: as little as can be."""
        import numpy as np

        count = len(self.lows)
        start = self.start
        more, less = np.array(self.highs) - start, start - np.array(self.lows)
        own = [sum(weight * start[column] for column, weight in row.terms.items()) for row in self.rows]
        rows = [
            Row(
                dict(row.terms) | {column + count: -weight for column, weight in row.terms.items()},
                min(row.low - at, 0.0),
                max(row.high - at, 0.0),
            )
            for row, at in zip(self.rows, own, strict=True)
        ]
        bounds = np.maximum(np.concatenate([more, less]), 0.0)
        program = Program([0.0] * (2 * count), list(bounds), [True] * (2 * count), rows, self.seconds)
        solver = program.solver(is_whole=False)
        solver.changeColsCost(2 * count, np.arange(2 * count, dtype=np.int32), np.ones(2 * count))
        return solver, program

    def _move(self, column: int, step: float) -> bool | None:
        """Whether a count can be so much more (or less, below 0) than at the start; None: in fractions, if at all."""
        import numpy as np

        solver, program = self.moves
        count = len(self.lows)
        at, other = (column, column + count) if step > 0 else (column + count, column)
        if abs(step) > program.highs[at] + EPSILON:
            return False
        solver.changeColBounds(at, float(abs(step)), float(abs(step)))
        solver.changeColBounds(other, 0.0, 0.0)
        try:
            moved = program._solve(solver)
        finally:
            solver.changeColBounds(at, 0.0, program.highs[at])
            solver.changeColBounds(other, 0.0, program.highs[other])
        if moved is None:
            return False
        values = self.start + moved[:count] - moved[count:]
        self._learn(np.asarray(values))
        return True if self._is_whole(values) else None

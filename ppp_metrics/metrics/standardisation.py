"""The risk of each level of an exposure as if all levels had the same mix of everything else.

Logistic regression by statsmodels, then g-computation: Lane & Nelder 1982; Robins 1986; Hernán & Robins, What If, 2020,
chapter 13. What statsmodels leaves to its caller is done here: which cells have no finite estimate, and which levels
can be compared at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.estimators import MIN_N, NORMAL, Estimate, Z

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

TOLERANCE = 1e-8


class Risks(dict[Any, Estimate]):
    """Each level's standardised risk; `chances`: of a level's share as it is lying so far from that, or further.

    That is, if nothing were confounded, in which case a large sample would give the same for both.
    """

    def __init__(self, risks: Iterable[tuple[Any, Estimate]], chances: Mapping[Any, float]) -> None:
        super().__init__(risks)
        self.chances = chances


def standardised_risks(exposure: ArrayLike, covariates: ArrayLike, successes: ArrayLike, trials: ArrayLike) -> Risks:
    """Each exposure level's risk in percent (0-100), standardised over the covariates of all trials, with its interval.

    From cells: one row a combination, `covariates` cells x variables, all categories, a missing one (None, nan) being a
    level. The model has main effects only. A level's risk is the mean over all trials of the risk predicted as if each
    had that level; its 95 % interval, by the delta method on the logit scale so that it stays within 0-100, takes the
    mix of covariates for known.

    Where a combination of effects has no finite estimate, because the cells that it concerns had all or no successes,
    their predicted risk is 0 or 1, the limit of maximum likelihood (Albert & Anderson 1984). A level without any other
    cell has no value and the note `separated`. Levels can be compared when they share covariates, if only by way of
    other levels: one outside the largest set of such levels has the note `not_estimable`. Trials of which the
    covariates occur outside that set only are left out of the mix. Fewer than 10 trials in all: note `too_few`.

    The same trials give a level's risk and its share: the chance that these lie so far apart is by the normal
    distribution, with the variance of what each trial adds to their difference, its covariates being a draw as well
    (influence functions: Hampel 1974; Tsiatis 2006).
    """
    import numpy as np

    won, tried = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    some = tried > 0
    levels, of_level = _levels(np.asarray(exposure, dtype=object)[some])
    names = list(levels)
    variables = np.asarray(covariates, dtype=object)[some].T
    won, tried = won[some], tried[some]
    if tried.sum() < MIN_N:
        return Risks(((name, Estimate(None, note="too_few")) for name in names), {})

    mix = np.column_stack([np.ones(won.size), *(np.eye(len(found))[of] for found, of in map(_levels, variables))])
    effects = np.eye(len(names))
    design = np.column_stack([effects[of_level], mix])
    separated = _separated(design, won, tried)
    finite = np.bincount(of_level, np.where(separated, 0.0, tried), len(names)).astype(float)
    if not finite.any():
        return Risks(((name, Estimate(None, note="separated")) for name in names), {})
    model = _fit(design[~separated], won[~separated], tried[~separated])

    def as_if(level: int) -> Numbers:
        return np.column_stack([np.broadcast_to(effects[level], (won.size, len(names))), mix])

    comparable = _largest_set(model, effects, mix.shape[1], finite)
    reference = int(comparable.argmax())
    predictable = model.estimates(as_if(reference))
    # a cell without finite estimate keeps its 0 or 1 under each level comparable with its own
    fixed = separated & comparable[of_level] & ~predictable
    weights = np.where(predictable | fixed, tried, 0) / tried[predictable | fixed].sum()
    settled = np.where(separated, won > 0, 0.0)
    reduced, of_levels, of_mix = design @ model.basis, model.basis[: len(names)], mix @ model.basis[len(names) :]
    fitted = np.where(separated, settled, model.risks(reduced))
    risks, chances = {}, {}
    for level, name in enumerate(names):
        if not finite[level]:
            risks[name] = Estimate(None, note="separated")
        elif not comparable[level]:
            risks[name] = Estimate(None, note="not_estimable")
        else:
            rows = of_levels[level] + of_mix
            predicted = np.where(predictable, model.risks(rows), settled)
            slope = (weights * predictable * predicted * (1 - predicted)) @ rows
            risk = float(weights @ predicted)
            own = (of_level == level) / tried[of_level == level].sum()
            distance = float(own @ won) - risk
            # what each trial, with success or without, adds to the share less what it adds to the risk
            mixed = weights / tried * (predicted - risk)
            moved = np.where(separated, 0.0, reduced @ (model.covariance @ slope))
            added = [own * (is_won - own @ won) - mixed - moved * (is_won - fitted) for is_won in (1, 0)]
            error = float(np.sqrt(won @ added[0] ** 2 + (tried - won) @ added[1] ** 2))
            chances[name] = 2 * NORMAL.cdf(-abs(distance) / error) if error > TOLERANCE else 1.0
            risks[name] = Estimate(100 * risk, *model.limits(risk, slope))
    return Risks(risks.items(), chances)


def _levels(values: NDArray[np.object_]) -> tuple[dict[Any, int], NDArray[np.intp]]:
    """The distinct values in their order, with which of them each value is; all that is missing is one, None."""
    import numpy as np
    import pandas as pd

    known = [None if missing else value for value, missing in zip(values, pd.isna(values), strict=True)]
    ordered = sorted(set(known), key=lambda value: (value is None, str(value)))
    numbers = {value: number for number, value in enumerate(ordered)}
    return numbers, np.array([numbers[value] for value in known], dtype=np.intp)


@dataclass(frozen=True)
class _Model:
    """A logistic regression on as many combinations of the design's columns as its rows can tell apart."""

    basis: Numbers
    coefficients: Numbers
    covariance: Numbers

    def estimates(self, rows: Numbers) -> Flags:
        """Whether the fitted rows determine the risk of other rows: whether these are combinations of those."""
        import numpy as np

        return np.abs(rows - rows @ self.basis @ self.basis.T).max(axis=1) < TOLERANCE

    def risks(self, reduced: Numbers) -> Numbers:
        """Of rows as combinations of the basis."""
        from scipy.special import expit

        risks: Numbers = expit(reduced @ self.coefficients)
        return risks

    def limits(self, risk: float, slope: Numbers) -> tuple[float, float]:
        """The limits, in percent, of a risk that grows with the coefficients as `slope` says."""
        import numpy as np
        from scipy.special import expit, logit

        reach = Z * np.sqrt(slope @ self.covariance @ slope) / (risk * (1 - risk))
        low, high = expit(logit(risk) + np.array([-reach, reach]))
        return 100 * float(low), 100 * float(high)


def _fit(design: Numbers, won: Numbers, tried: Numbers) -> _Model:
    import numpy as np
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    # constant and aliased covariates add nothing to what the columns span
    _, sizes, directions = np.linalg.svd(design, full_matrices=False)
    basis = directions[sizes > TOLERANCE * sizes[0]].T
    # a row an outcome, as statsmodels takes shares that a saturated model fits exactly for separation
    rows, outcomes, counts = (
        np.tile(design @ basis, (2, 1)),
        np.repeat([1.0, 0.0], won.size),
        np.append(won, tried - won),
    )
    some = counts > 0
    model = GLM(outcomes[some], rows[some], family=Binomial(), freq_weights=counts[some])
    fitted = model.fit(atol=1e-10, rtol=1e-10, tol_criterion="params")
    return _Model(basis, fitted.params, fitted.cov_params())


def _separated(design: Numbers, won: Numbers, tried: Numbers) -> Flags:
    """The cells whose fitted risk goes to 0 or 1: those that some direction tells apart without an error.

    A linear program finds a direction that is 0 for cells with both outcomes, and never on the wrong side of 0 for the
    others, and tells as many of them apart as can be. Konis 2007; Geyer 2009.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack

    both = (won > 0) & (won < tried)
    sides = np.where(won > 0, 1.0, -1.0)[~both]
    pure = sides[:, np.newaxis] * design[~both]
    told = np.zeros(won.size, dtype=bool)
    if not sides.size:
        return told
    count, width = pure.shape
    solved = linprog(
        np.concatenate([np.zeros(width), -np.ones(count)]),
        A_ub=hstack([csr_array(-pure), eye_array(count)]),
        b_ub=np.zeros(count),
        A_eq=csr_array(np.column_stack([design[both], np.zeros((both.sum(), count))])) if both.any() else None,
        b_eq=np.zeros(both.sum()) if both.any() else None,
        bounds=[(None, None)] * width + [(0, 1)] * count,
        method="highs",
    )
    told[~both] = solved.x[width:] > 0.5
    return told


def _largest_set(model: _Model, effects: Numbers, width: int, sizes: Numbers) -> Flags:
    """The exposure levels whose differences the model determines, of the set with most trials."""
    import numpy as np

    others = np.zeros((len(effects), width))
    sets = [model.estimates(np.column_stack([effects - effect, others])) & (sizes > 0) for effect in effects]
    return max(sets, key=lambda each: float(sizes[each].sum()))

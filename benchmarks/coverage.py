"""How often intervals hold the true rate, and how often a paradox is seen that is none: make bench, or --worlds."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from ppp_metrics.metrics.clusters import clustered
from ppp_metrics.metrics.estimators import wilson
from ppp_metrics.metrics.shrinkage import shrink
from ppp_metrics.metrics.standardisation import standardised_risks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

WORLDS = 200
COVERAGE_GOAL = 93.0, 97.0
FALSE_ALARMS_GOAL = 5.0

THEMES = (5, 8, 15, 30, 60)
MEAN = 0.4
TRUTHS: dict[str, Callable[[np.random.Generator, int], Numbers]] = {
    "no differences": lambda drawn, count: np.full(count, MEAN),
    "sd 7 points": lambda drawn, count: _beta(drawn, count, 0.15),
    "sd 15 points": lambda drawn, count: _beta(drawn, count, 0.30),
    "sd 24 points": lambda drawn, count: _beta(drawn, count, 0.50),
    "two kinds, 20 % and 65 %": lambda drawn, count: np.where(drawn.random(count) < 0.5, 0.20, 0.65),
}
"""How the true rates of themes come about."""

COMPANIES = (3, 6, 12, 25, 60)
ALIKE = (0.0, 0.05, 0.2, 0.5)
"""Intra-class correlations of a company's issues."""


def _beta(drawn: np.random.Generator, count: int, spread: float, mean: float = MEAN) -> Numbers:
    """Rates of which the standard deviation is this share of the most it could be."""
    precision = 1 / spread**2 - 1
    return drawn.beta(mean * precision, (1 - mean) * precision, count)


def shrunken_coverage(truth: str, themes: int, worlds: int) -> float:
    """The share of themes, in percent, whose interval holds their true rate; of 5 to 200 issues each, mostly few."""
    drawn = np.random.default_rng(themes)
    held = 0
    for _ in range(worlds):
        rates = TRUTHS[truth](drawn, themes)
        issues = np.clip(drawn.lognormal(3, 1, themes).astype(int), 5, 200)
        fitted = shrink(drawn.binomial(issues, rates), issues)
        held += int(((fitted.low <= 100 * rates) & (100 * rates <= fitted.high)).sum())
    return 100 * held / (themes * worlds)


def clustered_coverage(companies: int, alike: float, rate: float, skew: float, worlds: int) -> tuple[float, float]:
    """The share of worlds, in percent, in which our interval holds the rate, and in which plain Wilson's does."""
    drawn = np.random.default_rng(companies)
    ours = plain = 0
    for _ in range(worlds):
        issues = 1 + drawn.lognormal(0.7, skew, companies).astype(int)
        own = _beta(drawn, companies, alike**0.5, rate) if alike else np.full(companies, rate)
        done = drawn.binomial(issues, own)
        sums = (issues * issues).sum(), (issues * done).sum(), (done * done).sum()
        found = clustered(int(done.sum()), int(issues.sum()), *map(int, sums))
        low, high = wilson(int(done.sum()), int(issues.sum()))
        ours += found.low <= 100 * rate <= found.high
        plain += low <= 100 * rate <= high
    return 100 * ours / worlds, 100 * plain / worlds


def false_alarms(themes: int, issues: int, worlds: int) -> tuple[float, float]:
    """The share of tables, in percent, with a paradox though themes have the same settings; and by sides alone."""
    drawn = np.random.default_rng(themes + issues)
    seen = crossed = 0
    for _ in range(worlds):
        theme = np.repeat(np.arange(themes), 5 + drawn.poisson(issues, themes))
        settings = [drawn.choice(kinds, theme.size, p=drawn.dirichlet(np.full(kinds, 5))) for kinds in (2, 4, 3, 6)]
        lift = drawn.normal(0, 0.3, themes)[theme] + sum(drawn.normal(0, 0.7, 6)[each] for each in settings)
        cells = pd.DataFrame({"theme": theme, **dict(zip("abcd", settings, strict=True))}).astype(str)
        cells["done"] = drawn.random(theme.size) < expit(lift - 0.4)
        own, overall = cells.groupby("theme")["done"].mean(), cells["done"].mean()
        cells = cells.groupby(["theme", *"abcd"])["done"].agg(["sum", "count"]).reset_index()
        risks = standardised_risks(
            cells["theme"].to_numpy(object), cells[[*"abcd"]].to_numpy(object), cells["sum"], cells["count"]
        )
        across = [
            name
            for name, risk in risks.items()
            if risk.value is not None and (risk.value / 100 - overall) * (own[name] - overall) < 0
        ]
        crossed += bool(across)
        seen += any(risks.chances[name] < 0.05 / len(risks.chances) for name in across)
    return 100 * seen / worlds, 100 * crossed / worlds


def print_share(title: str, share: float, *, goal: tuple[float, float], beside: str = "") -> None:
    low, high = goal
    verdict = "reached" if low <= share <= high else "above" if share > high else "below"
    print(f"{title:<58} {share:5.1f} %  goal {low:g}-{high:g} %  {verdict:<8}{beside}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS)
    worlds = parser.parse_args().worlds
    for truth in TRUTHS:
        for themes in THEMES:
            share = shrunken_coverage(truth, themes, worlds)
            print_share(f"shrunken rates of {themes} themes, {truth}", share, goal=COVERAGE_GOAL)
    for skew, sizes in ((0.0, "as many issues each"), (1.0, "some many issues")):
        for companies in COMPANIES:
            for alike in ALIKE:
                for rate in (0.1, 0.4):
                    share, plain = clustered_coverage(companies, alike, rate, skew, worlds)
                    title = f"{rate:.0%} of {companies} companies, {sizes}, alike {alike:g}"
                    print_share(title, share, goal=COVERAGE_GOAL, beside=f"  Wilson {plain:.1f} %")
    for themes in (2, 6, 15):
        for issues in (15, 40, 150):
            seen, crossed = false_alarms(themes, issues, max(1, worlds // 4))
            title = f"simpson of {themes} themes of {issues} issues, none confounded"
            print_share(title, seen, goal=(0, FALSE_ALARMS_GOAL), beside=f"  by sides alone {crossed:.0f} %")


if __name__ == "__main__":
    main()

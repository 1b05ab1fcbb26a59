"""Which amounts and counts are unsafe by themselves, held to ACRO, the checker of research data centres."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest

from ppp_metrics.metrics.disclosure import COMPANIES_THRESHOLD, is_dominated, is_unsafe
from ppp_metrics.metrics.registry import find_metric

RULES = {"MinimumThresholdCheck", "NKCheck", "PPercentCheck"}


def by_acro(amounts: pd.DataFrame) -> dict[str, set[str]]:
    """Theme -> the rules that its sum over companies breaks."""
    import acro

    logging.disable(logging.CRITICAL)
    checker = acro.ACRO(suppress=False)
    checker.config.update(safe_threshold=COMPANIES_THRESHOLD, safe_nk_n=2, safe_nk_k=0.90, safe_pratio_p=0.10)
    checker.crosstab(amounts["theme"], amounts["all"], values=amounts["eur"], aggfunc="sum")
    outcome = checker.results.get_index(0).outcome["all"]
    logging.disable(logging.NOTSET)
    return {theme: RULES & {each.strip() for each in text.split(";")} for theme, text in outcome.items()}


@pytest.mark.parametrize("seed", range(5))
def test_what_is_unsafe_by_itself_is_so_for_acro(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    rows = [
        (f"t{theme:02}", amount)
        for theme in range(40)
        for amount in drawn.lognormal(8, drawn.choice([0.3, 1.5, 2.5]), drawn.integers(1, 9)).round(2)
    ]
    amounts = pd.DataFrame(rows, columns=["theme", "eur"]).assign(all="all")
    broken = by_acro(amounts)
    assert any(broken.values())
    assert not all(broken.values())
    money = find_metric("value_created_eur")
    for theme, group in amounts.groupby("theme"):
        dominated = is_dominated(group["eur"].nlargest(2).tolist(), group["eur"].sum())
        cell = {"subjects": len(group), "subjects_in": None, "subjects_out": None, "dominated": dominated}
        assert is_unsafe(cell, money, "coordinator") == bool(broken[str(theme)]), (theme, group, broken[str(theme)])
        assert dominated == bool(broken[str(theme)] - {"MinimumThresholdCheck"})

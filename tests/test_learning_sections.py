"""What a report says of a gain that stayed, and of one that may be none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_metrics.reporting import dashboard
from ppp_metrics.reporting.handover import Release, told_to_kernels
from tests.networks import PERIOD, make_network, network_files


@pytest.fixture(autouse=True)
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each report is of a release of its own that shows no totals, so that nothing follows from them."""
    with told_to_kernels(Release(tmp_path_factory.mktemp("release")), ()):
        yield


def measured(design: str, gains: list[int], kept: list[int]) -> str:
    """Each of twelve students on 40, that much higher right after, and so much of it left half a year later."""
    return "".join(
        f"s{at:02},inquiry,{design},{moment},{day},{score},0,100,energy1\n"
        for at, (gain, left) in enumerate(zip(gains, kept, strict=True), start=1)
        for moment, day, score in (
            ("pre", "2024-11-01", 40), ("post", "2025-03-01", 40 + gain), ("follow_up", "2025-09-01", 40 + left),
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # before and after: 10 to 21 gained and half of it left; looking back: 0.5 on average, and nobody knows whether any
    rows = measured("pre_post", list(range(10, 22)), [gain // 2 for gain in range(10, 22)])
    rows += measured("retrospective", [10, -9] * 6, [-30] * 12)
    return make_network(tmp_path_factory.mktemp("network"), assessments=network_files()["assessments"] + rows)


def told(network: Path, section: str, lang: str) -> str:
    report = dashboard.open_report(
        network, "learning_effects", period=PERIOD, region="NL", lang=lang, edition="coordinator"
    )
    plain = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", getattr(report, section)().html, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def test_of_a_gain_that_may_be_none_no_share_is_told(network: Path) -> None:
    # of 15.5 on average 7.5 is left: (5 + 5 + 6 + 6 ... + 10 + 10) / 12 over (10 + 11 ... + 21) / 12
    english, dutch = told(network, "retention", "en"), told(network, "retention", "nl")
    assert re.search(r"Before and after: 48\.4% of the gain was still there later", english)
    assert "Retrospective: it is not certain that there was a gain, so nothing can be said to have stayed" in english
    assert "het is niet zeker dat er leerwinst was" in dutch
    assert "n counts people" in english
    assert "n telt mensen" in dutch


def test_groups_of_few_people_are_told_by_people(network: Path) -> None:
    assert "n counts people" in told(network, "gains_by_role", "en")

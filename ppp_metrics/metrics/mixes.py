"""What a number is made up of, where its parts must not be read as one: obligations, and how a value is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppp_metrics.metrics.dimensions import DIMENSIONS, UNKNOWN
from ppp_metrics.metrics.metric import Metric

MIXES = {"obligation": "mix", "value_evidence": "evidence"}
"""What a note calls the parts of a number that must not be read as one."""


def _parts(metric: Metric) -> list[str]:
    """The values whose mix the metric's note says."""
    return [*(code.value for code in DIMENSIONS[metric.tells].codes), UNKNOWN] if metric.tells else []


def part_filters(metric: Metric) -> dict[str, str]:
    """SQL for what makes a unit one of each part."""
    return {part: f"coalesce({metric.tells}, '{UNKNOWN}') = '{part}'" for part in _parts(metric)}


def mix(metric: Metric, cell: Mapping[str, Any]) -> dict[str, int]:
    """What the units of a cell are made up of, by what the metric tells; {} where it tells nothing."""
    return {part: cell[f"part_{part}"] for part in _parts(metric) if cell[f"part_{part}"]}


def mix_note(metric: Metric, cell: Mapping[str, Any], is_told: bool) -> list[str]:
    """Says what a number is made up of, where that is more than one thing; how much of each only if it may be told."""
    counts = mix(metric, cell)
    if metric.tells is None or len(counts) < 2:
        return []
    told = [f"{part} {count}" for part, count in counts.items()] if is_told else list(counts)
    return [f"{MIXES[metric.tells]}: {', '.join(told)}"]

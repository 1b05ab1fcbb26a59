"""The SQL that an analyst would write for one question: a file a metric, its dimension and what that needs filled in.

It gives the same rows: what has no value is a group of its own, "unknown", and where a supplier never sent what the
metric needs, two columns say how many of them are left out.

The period is 2026-Q3, so that every date stands in the files as it would in a query written once.
"""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.metrics.registry import METRICS

PERIOD = "2026-Q3"

DIMENSIONS = {
    "theme": "issue.theme_code",
    "region2": "area.province",
    "size_class": "size_class",
    "partnership": "{unit}.partnership_id",
    "workplace_type": "workplace.workplace_type",
    "obligation": "coalesce(issue.obligation, agreement.obligation)",
    "quarter": "year(issue.{event}) || '-Q' || quarter(issue.{event})",
    "role": "person.role",
    "design": "assessment.design",
    "competence": "assessment.competence_code",
}

JOINS = {
    "issue": "left join issues as issue using (supplier, issue_id)",
    "company": "left join partners as company using (supplier, partner_id)",
    "area": "left join (select region_code, left(current_code, 4) as province from regions) as area "
    "using (region_code)",
    "workplace": "left join workplaces as workplace using (supplier, workplace_id)",
    "agreement": "left join (select supplier, agreement_id, obligation from agreements) as agreement "
    "using (supplier, agreement_id)",
}

NEEDS = {
    "theme": ("issue",),
    "region2": ("company", "area"),
    "size_class": ("company",),
    "workplace_type": ("workplace",),
    "obligation": ("agreement",),
}
"""The rows that a dimension is read from, apart from those that the question reads anyway."""

UNITS = {
    "agreement_facts": "agreement",
    "agreement_flow": "agreement",
    "membership_facts": "member",
    "partnership_capabilities": "partnership",
    "story_reach": "story",
}
"""What the query calls the rows of a view, where they are no issues."""


def handwritten(metric_id: str, dimension: str | None) -> str:
    """The query: by_<dimension>, then `value`, or `numerator` and `denominator`, then the parts that a note tells.

    Units that are judged whole in every group have a query of their own by a dimension.
    """
    metric = METRICS[metric_id]
    file = f"{metric_id}_by.sql" if dimension and metric.stands_in else f"{metric_id}.sql"
    query = (Path(__file__).parent / file).read_text(encoding="utf-8")
    if dimension is None:
        return query.format(by="", group="", joins="")
    unit = UNITS.get(metric.view, "issue")
    expression = DIMENSIONS[dimension].format(unit=unit, event=metric.event)
    joins = [JOINS[name] for name in NEEDS.get(dimension, ()) if f" as {name}" not in query]
    return query.format(
        by=f"coalesce({expression}, 'unknown') as by_{dimension},", group=f"by_{dimension},", joins=" ".join(joins)
    )

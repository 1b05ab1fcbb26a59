"""A workspace's database with any number of issues, written by SQL in the format of `Store`, always the same."""

from __future__ import annotations

import sys
from pathlib import Path

from ppp_metrics.periods import now
from ppp_metrics.records.model import TABLES
from ppp_metrics.records.store import Store

SUPPLIERS = {"a": 60, "b": 30, "c": 10}
"""The share of the issues that each sends, in percent."""

NEVER_SENT = {"c": {"outcomes.accepted_by_company", "outcomes.novelty", "agreements.quality_guarantee"}}


def generate(path: Path, issues: int) -> None:
    """Three suppliers' records with this many issues together; a partner for 20, a person for 10 of them."""
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    with Store(path).writing() as con:
        for load_id, (supplier, share) in enumerate(SUPPLIERS.items(), start=1):
            count = issues * share // 100
            for name, value in {
                "load_id": load_id,
                "supplier": supplier,
                "issues": count,
                "partners": max(count // 20, 50),
                "people": max(count // 10, 2),
                "agreements": max(count // 50, 1),
            }.items():
                con.execute(f"set variable {name} = ?", [value])
            con.execute(
                "insert into loads values (?, ?, ?, ?, null)", [load_id, supplier, now(), f"{count} generated issues"]
            )
            con.executemany(
                "insert into delivered values (?, ?, ?)",
                [
                    [load_id, table.name, column.name]
                    for table in TABLES
                    for column in table.columns
                    if f"{table.name}.{column.name}" not in NEVER_SENT.get(supplier, ())
                ],
            )
            con.execute(statements)


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]))

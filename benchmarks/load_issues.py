"""A load of a million issues against DuckDB's own read_csv into typed columns of the same file."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.processes import PPP_METRICS, Run, compare, run

ISSUES = 1_000_000
MEMORY_GOAL_MB = 1_500
BASELINE = """
import duckdb, sys
con = duckdb.connect(sys.argv[2])
con.execute("create table issues as select * from read_csv(?)", [sys.argv[1]])
con.close()
"""


def write_delivery(folder: Path) -> None:
    """A supplier's partners.csv and issues.csv with every column of the model's issues filled."""
    folder.mkdir()
    con = duckdb.connect()
    con.execute(
        "copy (select 'p' || i as partner_id, 'Company ' || i as name, 'company' as partner_type, "
        f"'NL11' as region_code from range(30000) as r(i)) to '{folder}/partners.csv' (header)"
    )
    con.execute(
        "copy (select 'i' || i as issue_id, 'p' || i % 30000 as partner_id, 't' || i % 12 as theme_code, "
        "['assignment', 'technical_question'][1 + i % 2] as issue_type, "
        "['product', 'process', 'service'][1 + i % 3] as innovation_type, 'Title of issue ' || i as title, "
        "['result', 'effort'][1 + i % 2] as obligation, ['proposed', 'accepted', 'delivered'][1 + i % 3] as status, "
        "date '2018-01-01' + (i % 2500)::int as proposed_date, date '2018-01-20' + (i % 2500)::int as accepted_date, "
        "date '2018-02-20' + (i % 2500)::int as started_date, null::date as closed_date, 1 + i % 9 as trl_start "
        f"from range({ISSUES}) as r(i)) to '{folder}/issues.csv' (header)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_delivery(folder / "sent")
        (folder / "ppp.toml").write_text('name = "benchmark"\n')

        def ours() -> Run:
            for old in folder.glob("ppp.duckdb*"):
                old.unlink()
            return run([PPP_METRICS, "load", "sent"], cwd=folder)

        def against() -> Run:
            (folder / "plain.duckdb").unlink(missing_ok=True)
            csv = str(folder / "sent" / "issues.csv")
            return run([sys.executable, "-c", BASELINE, csv, str(folder / "plain.duckdb")])

        runs = compare(f"load {ISSUES:,} issues / DuckDB read_csv", 2, ours, against)
        peak = max(each.peak_mb for each in runs)
        print(
            f"{'  peak memory':<58} {peak:5.0f} MB  goal {MEMORY_GOAL_MB} MB  "
            f"{'reached' if peak <= MEMORY_GOAL_MB else 'MISSED'}"
        )


if __name__ == "__main__":
    main()

"""What suppliers send, in a few lines: text files in, a loaded database out."""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.records import history
from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.ingest import LoadResult, load
from ppp_metrics.records.store import Store

KEY = b"k" * 32
PARTNERS = "partner_id,name,partner_type,region_code\nc1,Aa,company,NL11\nc2,Bee,company,NL12\n"
ISSUES = "issue_id,partner_id,theme_code,status,proposed_date\ni1,c1,water,proposed,2026-01-05\n"


def deliver(
    folder: Path, files: dict[str, str], supplier: str = "a", mapping: Path | None = None, strict: bool = False
) -> LoadResult:
    """Writes the files to `folder/<supplier>` and loads them into `folder/ppp.duckdb` as that supplier, whatever that
    changes."""
    sent = folder / supplier
    sent.mkdir(exist_ok=True)
    for name, text in files.items():
        (sent / name).write_text(text, encoding="utf-8")
    paths = [sent / name for name in files]
    return load(store(folder), deliveries(paths, supplier), KEY, mapping, strict, review=lambda results: None)[0]


def store(folder: Path) -> Store:
    return Store(folder / "ppp.duckdb")


def rows(folder: Path, query: str) -> list[tuple]:
    """The rows of a query over the current records."""
    with store(folder).reading() as con:
        return con.execute(query).fetchall()


def put_aside(folder: Path) -> list[tuple]:
    """(file, row, column, value, first words of the reason) of everything put aside."""
    with store(folder).reading() as con:
        return [
            (entry["file"], entry["row"], entry["column"], entry["value"], " ".join(entry["reason"].split()[:5]))
            for entry in history.quarantined(con)
        ]

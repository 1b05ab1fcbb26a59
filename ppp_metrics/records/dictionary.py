"""The data dictionary: `data/README.md`, made from the data model.

`python -m ppp_metrics.records.dictionary` writes it; a test holds that it is fresh.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ppp_metrics.records.model import TABLES, Column, Table

INTRODUCTION = """\
# The data dictionary

Made from `ppp_metrics/records/model.py` by `python -m ppp_metrics.records.dictionary`; change it there.

A file or sheet is a table when it bears the table's name, a column when it bears the column's: in English or Dutch,
whatever the case and spacing. Only `partners`, `issues` and `outcomes` are needed for a first report. Keys are local to
a supplier; regions, themes and competence codes are shared by all. A column with `*` is required. People's ids become
pseudonyms on load. A region may be given by the name of its area. Dates and numbers may stand as people write them:
what can be read in two ways is read as the other cells of the file show, or put aside.

Beside this file: `demo/` holds the synthetic files of a fictitious network, `mappings/` the SQL that turns files of
another shape into these tables.
"""


def dictionary() -> str:
    """The whole dictionary as Markdown."""
    return INTRODUCTION + "".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    rows = "".join(_row(column) for column in table.columns)
    return (
        f"\n## {table.name}\n\n{table.label.en} ({table.label.nl}): {table.grain.en}. Key: {', '.join(table.key)}.\n\n"
        f"| column | Dutch | holds | |\n| --- | --- | --- | --- |\n{rows}"
    )


def _row(column: Column) -> str:
    name = f"`{column.name}`" + (" *" if column.required else "")
    facts = [
        f"refers to {column.references}" if column.references else "",
        "pseudonymised" if column.personal else "",
        f"empty means {column.default}" if column.default else "",
        column.note.en if column.note else "",
        "; ".join(f"`{code.value}` {code.label.nl}" for code in column.codes),
    ]
    return f"| {name} | {column.label.nl} | {column.kind} | {'. '.join(filter(None, facts))} |\n"


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "data/README.md")
    target.write_text(dictionary(), encoding="utf-8")

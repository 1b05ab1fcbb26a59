"""Writes the catalogue of metrics into README.md, between its two markers, from the registry."""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.metrics.registry import GROUPS, METRICS, UNITS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- catalogue: made by tools/make_catalogue.py -->", "<!-- end of catalogue -->"


def catalogue() -> str:
    """A table a group: id, what it is in both languages, unit."""
    sections = []
    for group, label in GROUPS.items():
        rows = "".join(
            f"| `{metric.id}` | {metric.label.render('en')} | {metric.label.render('nl')} "
            f"| {UNITS[metric.unit].render('en')} |\n"
            for metric in METRICS.values()
            if metric.group == group
        )
        head = "| id | English | Dutch | unit |\n| --- | --- | --- | --- |\n"
        sections.append(f"**{label.render('en')}**\n\n{head}{rows}")
    return "\n".join(sections)


def main() -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n\n{catalogue()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

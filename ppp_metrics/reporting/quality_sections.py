"""The sections about the data themselves: what was put aside, what is not filled in, what breaks a rule.

For who chases the records. They ask no metric: they count rows of files, never show what stands in these. The edition
for funders names no file and counts no rows about people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.metrics.disclosure import published_rows
from ppp_metrics.records.model import BY_NAME
from ppp_metrics.records.quality import ABOUT_PEOPLE, REASONS, Filled, PutAside
from ppp_metrics.reporting import words
from ppp_metrics.reporting.charts import Row, draw_bars
from ppp_metrics.reporting.file_facts import NO_SUPPLIERS, NOT_CHECKED, FileFacts, of_files
from ppp_metrics.reporting.heat_table import MOST_COLUMNS, HeatCell, HeatRow, draw_heat_table
from ppp_metrics.reporting.sections import Section, Table, Words

ROW, ROWS = Label("row", "rij"), Label("rows", "rijen")
CELL, CELLS = Label("cell", "cel"), Label("cells", "cellen")
FEW_ROWS = msg(
    "1 to 4 rows about people, or of a file that was not recognised, are withheld, and so is every sum with them in it."
)
LEAST_TOLD = 80
"""A column that is filled in for a smaller share than this, in percent, is named in words."""
MOST_TOLD = 4


class QualitySections(FileFacts):
    """The deliveries of a region's suppliers; each method is one section."""

    @of_files
    def put_aside(self) -> Section:
        """What could not become a record: by reason, and by supplier with table and file."""
        title = msg("Put aside")
        if not self.files.suppliers:
            return self.section("put-aside", title, [NO_SUPPLIERS])
        seen = [each for each in self.files.aside if self.shows_people or not each.is_about_people]
        if not seen:
            nothing = msg("Every row and cell that was sent could be read and kept.")
            if self.files.aside:
                nothing = msg(
                    "Every row and cell that was sent could be read and kept, not counting those about people."
                )
            return self.section("put-aside", title, [nothing])
        findings: list[Words] = [
            msg(
                "Of the newest deliveries {rows} and {cells} were put aside, not counting those about people.",
                rows=self.amount(sum(self.files.once.values()), ROW, ROWS),
                cells=self.amount(sum(each.count for each in self.cells_aside()), CELL, CELLS),
            ),
            msg(
                "A row is put aside whole where it cannot be a record; a cell where its row can do without it. None of "
                "them counts in any number until the supplier sends it again, mended."
            ),
        ]
        if self.shows_people:
            findings.append(
                msg("The command `ppp-metrics quarantine --xlsx FILE` gives the rows back with the cells marked.")
            )
        if any(each.is_about_people for each in seen):
            findings.append(FEW_ROWS)
        by_reason = self._by_reason()
        caption = msg("Rows put aside by reason, those about people left out; a row with two faults counts for both")
        return self.section(
            "put-aside",
            title,
            findings,
            partial(draw_bars, rows=by_reason) if by_reason else None,
            caption,
            [self._aside_by_supplier(), self._aside_by_reason(seen)],
        )

    @of_files
    def completeness(self) -> Section:
        """How far each supplier filled in the optional columns that numbers are made of."""
        title = msg("Filled in")
        found = [each for each in self.files.filled if self.shows_people or each.table not in ABOUT_PEOPLE]
        by_column: dict[tuple[str, str], dict[str, Filled]] = {}
        for each in found:
            by_column.setdefault((each.table, each.column), {})[each.supplier] = each
        if not by_column:
            return self.section("completeness", title, [NO_SUPPLIERS])
        findings: list[Words] = [self._least_filled(by_column), *self._never_sent(by_column)]
        findings.append(
            msg(
                "These columns may stay empty, but numbers are made of them. Only rows in which one is due "
                "count: the value of a solution, say, once it is in use."
            )
        )
        drawn = self._drawn_suppliers(found)
        if len(drawn) < len(self.files.suppliers):
            findings.append(
                msg("The chart shows the {count} suppliers with most to fill in; the table has all.", count=len(drawn))
            )
        caption: Words = msg("Percentage filled in, by supplier; the stronger the colour, the less. – was never sent.")
        if any(self._is_withheld(each) for each in found):
            caption = msg(
                "Percentage filled in, by supplier; the stronger the colour, the less. – was never sent, {mark} is "
                "withheld.",
                mark=words.WITHHELD_MARK,
            )
        rows = [
            HeatRow(
                self.say(BY_NAME[table].label),
                self.say(BY_NAME[table].by_name[column].label),
                tuple(self._heat_cell(own.get(supplier)) for supplier in drawn),
            )
            for (table, column), own in by_column.items()
        ]
        return self.section(
            "completeness",
            title,
            findings,
            partial(draw_heat_table, columns=drawn, rows=rows),
            caption,
            [self._filled_table(by_column)],
        )

    @of_files
    def check_results(self) -> Section:
        """Each rule that is broken: how severe, by how many rows, of which suppliers."""
        title = msg("Rules broken")
        if self.last_check is None:
            return self.section("rules", title, [NOT_CHECKED])
        broken = self.broken_rules()
        if not broken:
            return self.section(
                "rules",
                title,
                [
                    msg(
                        "None of the {rules} rules is broken by these suppliers.",
                        rules=len(self.last_check["expectations"]),
                    )
                ],
            )
        findings: list[Words] = []
        for severity, told in (
            ("critical", msg("Broken, and critical: {rules}.")),
            ("warning", msg("Broken, as a warning: {rules}.")),
        ):
            rules = [self.say(_label_of(rule)) for rule in broken if rule["severity"] == severity]
            if rules:
                findings.append(Message(told.text, {"rules": "; ".join(rules)}))
        if self.shows_people:
            findings.append(msg("The command `ppp-metrics check` tells file and row of each."))
        return self.section("rules", title, findings, tables=self._rule_tables(broken))

    # --- put aside ----------------------------------------------------------------------------------------------------

    def _by_reason(self) -> list[Row]:
        """The rows put aside that are not about people, by reason, most first."""
        counts: dict[str, int] = {}
        for template, count in self.files.reasons:
            reason = self._reason(template)
            counts[reason] = counts.get(reason, 0) + count
        most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        return [Row(reason[:1].upper() + reason[1:], count, self.count(count)) for reason, count in most]

    def _reason(self, reason: str) -> str:
        return self.say(REASONS.get(reason, msg("another reason")))

    def _aside_by_supplier(self) -> Table:
        header: list[Words] = [msg("supplier"), msg("rows"), msg("cells")]
        if self.shows_people:
            header += [msg("rows about people"), msg("cells about people")]
        rows = []
        for supplier in self.files.suppliers:
            cells = [each.count for each in self.cells_aside() if each.supplier == supplier]
            row = [supplier, self.count(self.files.once.get(supplier, 0)), self.count(sum(cells))]
            if self.shows_people:
                row += [
                    self.rows_shown(
                        [
                            each.count
                            for each in self.files.aside_of(rows=is_row, people=True)
                            if each.supplier == supplier
                        ],
                        is_about_people=True,
                    )
                    for is_row in (True, False)
                ]
            rows.append(row)
        return Table(msg("Put aside by supplier"), header, rows)

    def _aside_by_reason(self, seen: Sequence[PutAside]) -> Table:
        header: list[Words] = [msg("supplier"), msg("count"), msg("what"), msg("table"), msg("reason")]
        if self.shows_people:
            header.append(msg("files"))
        rows: list[list[Words]] = []
        for each in seen:
            row: list[Words] = [
                each.supplier,
                self.rows_shown([each.count], is_about_people=each.is_about_people),
                ROWS if each.is_row else CELLS,
                BY_NAME[each.table].label if each.table else "–",
                self._reason(each.reason),
            ]
            rows.append([*row, "; ".join(each.files)] if self.shows_people else row)
        return Table(msg("Put aside by supplier, table and reason"), header, rows)

    # --- filled in ----------------------------------------------------------------------------------------------------

    def _least_filled(self, by_column: Mapping[tuple[str, str], Mapping[str, Filled]]) -> Message:
        """Which columns are filled in least, all suppliers together."""
        told = []
        for (table, column), own in by_column.items():
            share = self._share(each for each in own.values() if each.is_sent)
            if share is not None and share < LEAST_TOLD:
                told.append((share, f"{self._column_named(table, column)} {share}%"))
        is_withheld = any(
            each.is_sent and self._is_withheld(each) for own in by_column.values() for each in own.values()
        )
        if not told and is_withheld:
            return msg(
                "Every column that was sent and may be shown is filled in for {least}% or more of its rows.",
                least=LEAST_TOLD,
            )
        if not told:
            return msg("Every column that was sent is filled in for {least}% or more of its rows.", least=LEAST_TOLD)
        least = [text for _, text in sorted(told)[:MOST_TOLD]]
        if is_withheld:
            return msg("Filled in least, of what was sent and may be shown: {columns}.", columns=self.listed(least))
        return msg("Filled in least, of what was sent: {columns}.", columns=self.listed(least))

    def _never_sent(self, by_column: Mapping[tuple[str, str], Mapping[str, Filled]]) -> list[Message]:
        """Which columns nobody sent, though rows are there in which they are due."""
        never = [
            self._column_named(*column)
            for column, own in by_column.items()
            if any(each.rows for each in own.values()) and not any(each.is_sent for each in own.values())
        ]
        return [msg("Sent by none of these suppliers: {columns}.", columns=self.listed(never))] if never else []

    def _column_named(self, table: str, column: str) -> str:
        """`TRL at end (Solutions)`."""
        return f"{self.say(BY_NAME[table].by_name[column].label)} ({self.say(BY_NAME[table].label)})"

    def _drawn_suppliers(self, found: Sequence[Filled]) -> list[str]:
        """The suppliers in the chart: where there are too many, those with the lowest share on the whole."""
        suppliers = list(self.files.suppliers)
        if len(suppliers) <= MOST_COLUMNS:
            return suppliers
        shares = {
            name: [100 * each.filled / each.rows for each in found if each.supplier == name and each.rows]
            for name in suppliers
        }
        lowest = sorted(suppliers, key=lambda name: sum(shares[name]) / len(shares[name]) if shares[name] else 101)
        return sorted(lowest[:MOST_COLUMNS])

    def _is_withheld(self, each: Filled) -> bool:
        parts = (each.rows, each.filled, each.rows - each.filled)
        return published_rows(parts, each.table in ABOUT_PEOPLE) is None

    def _share(self, parts: Iterable[Filled]) -> int | None:
        """The whole percentage filled in; 0 and 100 only where it is none or all. None: withheld, or no rows."""
        parts = list(parts)
        rows, filled = sum(each.rows for each in parts), sum(each.filled for each in parts)
        if not rows or any(map(self._is_withheld, parts)):
            return None
        if filled in (0, rows):
            return 100 * filled // rows
        return min(99, max(1, round(100 * filled / rows)))

    def _heat_cell(self, each: Filled | None) -> HeatCell:
        if each is None or not each.rows:
            return HeatCell(None, "", "–")
        if self._is_withheld(each):
            return HeatCell(None, words.WITHHELD_MARK, words.WITHHELD.render(self.lang))
        share = self._share([each])
        return HeatCell(share, str(share) if each.is_sent else "–", self._filled_text([each]))

    def _filled_table(self, by_column: Mapping[tuple[str, str], Mapping[str, Filled]]) -> Table:
        header: list[Words] = [msg("column"), *self.files.suppliers, msg("together")]
        rows: list[list[Words]] = [
            [
                self._column_named(table, column),
                *(self._filled_text([own[name]] if name in own else []) for name in self.files.suppliers),
                self._filled_text(list(own.values())),
            ]
            for (table, column), own in by_column.items()
        ]
        return Table(msg("Share filled in, and of how many rows, by supplier"), header, rows)

    def _filled_text(self, parts: Sequence[Filled]) -> str:
        """`64% of 201`."""
        rows = sum(each.rows for each in parts)
        if not rows:
            return "–"
        if any(map(self._is_withheld, parts)):
            self.rows_withheld += 1
            return words.WITHHELD.render(self.lang)
        if not any(each.is_sent for each in parts):
            return self.say(msg("never sent"))
        return self.say(msg("{share}% of {rows}", share=self._share(parts), rows=self.count(rows)))

    # --- rules --------------------------------------------------------------------------------------------------------

    def _rule_tables(self, broken: Sequence[Mapping[str, Any]]) -> list[Table]:
        """Each broken rule with its rows, then the same by supplier."""
        rules: list[list[Words]] = []
        by_supplier: list[list[Words]] = []
        for rule in broken:
            is_about_people = rule["suite"] in ABOUT_PEOPLE
            counts = rule["suppliers"]
            own = list(counts.values())
            severity = msg("critical") if rule["severity"] == "critical" else msg("warning")
            rules.append(
                [
                    _label_of(rule),
                    severity,
                    self.rows_shown(own, is_about_people=is_about_people) if rule["failed_rows"] else "–",
                ]
            )
            if not is_about_people or self.shows_people:
                by_supplier += [
                    [_label_of(rule), name, self.rows_shown([counts[name]], is_about_people=is_about_people)]
                    for name in self.files.suppliers
                    if name in counts
                ]
        tables = [Table(msg("Rules broken"), [msg("rule"), msg("severity"), msg("rows")], rules)]
        if by_supplier:
            caption = msg("Rules broken by supplier")
            tables.append(Table(caption, [msg("rule"), msg("supplier"), msg("rows")], by_supplier))
        return tables


def _label_of(rule: Mapping[str, Any]) -> Label:
    return Label(rule["label"]["en"], rule["label"]["nl"])

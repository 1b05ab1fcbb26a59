"""The section about restated numbers: which of the report before have changed since, and through which load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ppp_metrics.language import Message, format_date, msg
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import told_loads
from ppp_metrics.records.store import Store
from ppp_metrics.reporting import words
from ppp_metrics.reporting.sections import Desk, Section, Table, Words, in_one_session
from ppp_metrics.reporting.words import Number

Loads = Mapping[str, int]
"""Supplier -> load."""


class RestatedSections(Desk):
    """What is no longer as it was published; `main_numbers` are the metrics that are looked at."""

    main_numbers: Sequence[str]

    @in_one_session
    def restated(self) -> Section:
        """The main numbers of the period before as they could be published then and as they are now, where they differ.

        Then is when the delivery of each supplier after that period was in (`records.history.delivered_for`): a report
        depends on the records, not on which reports were made.
        """
        from ppp_metrics.records.history import delivered_for, newest_loads

        title, before = msg("Restated numbers"), self.period.previous
        with self.session() as con:
            then, now = delivered_for(con, before, self.period.last_day), newest_loads(con)
        values = {
            "period": words.period_words(before),
            "day": format_date(before.last_day, self.lang),
            "last": format_date(self.period.last_day, self.lang),
        }
        if not then:
            return self.section(
                "restated",
                title,
                [msg("Nothing had been loaded by {last}, so there are no earlier numbers to compare with.", **values)],
            )
        none = msg(
            "None of the main numbers of {period} has changed since each supplier's first delivery after {day}.",
            **values,
        )
        if then == now:
            return self.section("restated", title, [none])
        pairs = self._pairs(then)
        shown = [(was, is_) for was, is_ in pairs if not was.is_suppressed and not is_.is_suppressed]
        changed = [(was, is_) for was, is_ in shown if self._read(was) != self._read(is_)]
        through = {} if self.is_asking else self._through([was.metric.id for was, _ in changed], then, now)
        if len(shown) < len(pairs):
            none = msg(
                "The main numbers of {period} that may be shown have not changed since each supplier's first "
                "delivery after {day}.",
                **values,
            )
        findings: list[Message] = [none] if shown and not changed else []
        if changed:
            findings.append(
                msg(
                    "Since each supplier's first delivery after {day}, main numbers of {period} have changed: {count}.",
                    count=self.count(len(changed)),
                    **values,
                )
            )
        findings += [self._change_told(was, is_, through.get(was.metric.id, "")) for was, is_ in changed]
        if len(shown) < len(pairs):
            findings.append(
                msg("Withheld, and therefore not compared: {count}.", count=self.count(len(pairs) - len(shown)))
            )
        if not pairs:
            findings.append(msg("Nothing was known of this region then, so there is nothing to compare with."))
        # the cards have said already what these numbers lack
        self._asked = []
        return self.section("restated", title, findings, tables=self._changes_table(changed, through))

    def _pairs(self, then: Loads) -> list[tuple[Number, Number]]:
        """Each main number of the period before, as it was and as it is; none where the region was not known then."""
        was = self._numbers_then(then)
        is_now = [self.number(metric_id, period=self.period.previous) for metric_id in self.main_numbers]
        return list(zip(was, is_now, strict=True)) if was else []

    def _numbers_then(self, then: Loads) -> list[Number]:
        """The main numbers of the period before, of the records of these loads."""
        from ppp_metrics.metrics.relations import prepare

        before, where = self.period.previous, tuple(self.where.items())
        keys = [(metric_id, None, where, before, tuple(then.items())) for metric_id in self.main_numbers]
        with Store(self.place.database).reading(loads=then.values()) as con:
            prepare(con)
            if not con.execute("select 1 from regions where region_code = ?", [self.region]).fetchall():
                return []
            for key in keys:
                if key not in self._known:
                    self._ask(con, key, self._withheld_in(then))
        return [self._known[key][0] for key in keys]

    def _withheld_in(self, loads: Loads) -> frozenset[Name] | None:
        """What the release withholds of these records, under the names of a question that knows of no others."""
        if self.withheld is None:
            return None
        then = ("loads", told_loads(loads))
        return frozenset((metric_id, place - {then}) for metric_id, place in self.withheld if then in place)

    def _through(self, metric_ids: Sequence[str], then: Loads, now: Loads) -> dict[str, str]:
        """The loads through which each number changed, in words."""
        from ppp_metrics.metrics.restatement import MetricQuestion, restated

        if not metric_ids:
            return {}
        frame = restated(
            Store(self.place.database),
            [MetricQuestion(metric_id, str(self.period.previous), where=self.where) for metric_id in metric_ids],
            then,
            now,
            region=self.region,
            today=self.today,
            edition=self.edition,
        )
        found: dict[str, list[str]] = {}
        for metric_id, supplier, loaded_at in frame[["metric", "supplier", "loaded_at"]].itertuples(index=False):
            found.setdefault(metric_id, []).append(f"{supplier} ({self._loaded(loaded_at)})")
        return {metric_id: self.listed(loads) for metric_id, loads in found.items()}

    def _loaded(self, moment: datetime) -> str:
        return format_date(moment.date(), self.lang)

    def _change_told(self, was: Number, is_: Number, through: str) -> Message:
        return msg(
            "{metric}: {before} became {after}, through {loads}.",
            metric=was.metric.label,
            before=self._with_n(was),
            after=self._with_n(is_),
            loads=through,
        )

    def _read(self, number: Number) -> tuple[str, ...]:
        """What a reader sees of a number."""
        return str(self.shown(number)), self.interval(number), str(self.n_of(number))

    def _with_n(self, number: Number) -> str:
        """A count; a share with its n, which may be all that changed of it."""
        text = str(self.shown(number))
        return text if number.metric.unit == "count" else f"{text} (n = {self.n_of(number)})"

    def _changes_table(self, changed: Sequence[tuple[Number, Number]], through: Mapping[str, str]) -> list[Table]:
        if not changed:
            return []
        header = [msg("measure"), msg("was"), msg("n"), msg("is now"), msg("n"), msg("through the delivery of")]
        rows: list[list[Words]] = [
            [
                was.metric.label,
                self.shown(was),
                self.n_of(was),
                self.shown(is_),
                self.n_of(is_),
                through.get(was.metric.id, ""),
            ]
            for was, is_ in changed
        ]
        return [
            Table(
                msg("Main numbers of {period} that changed", period=words.period_words(self.period.previous)),
                header,
                rows,
            )
        ]

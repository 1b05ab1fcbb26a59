"""The sections about companies: who they are, where they are, and how fast their questions are answered."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ppp_metrics.language import Label, msg
from ppp_metrics.metrics.dimensions import UNKNOWN
from ppp_metrics.reporting import words
from ppp_metrics.reporting.charts import Tile, draw_bars, draw_tiles
from ppp_metrics.reporting.sections import Desk, Draw, Section, Table, Words, in_one_session
from ppp_metrics.reporting.words import Number, area_name

MOST_ROWS = 20
"""Of more areas than this the chart shows those with the most companies; the table has them all."""

SMALLER_AREAS = {0: "region2", 1: "region2", 2: "region3"}
"""NUTS level of a region -> the dimension of the areas it is divided into."""

COMPANY, COMPANIES = Label("company", "bedrijf"), Label("companies", "bedrijven")
NO_COMPANIES = msg("No companies were active in this region in these four quarters.")
COMPANIES_UNKNOWN = msg("It is not known which companies were active in this region.")


class CompanySections(Desk):
    """The companies of a region; each method is one section."""

    @in_one_session
    def companies(self) -> Section:
        """Companies active, new and returning, by size, and the share of SMEs."""
        title = msg("Companies")
        active = self.number("companies_active_count")
        if active.is_absent:
            return self.section("companies", title, [COMPANIES_UNKNOWN if active.is_unknown else NO_COMPANIES])
        sizes = self.numbers("companies_active_count", "size_class")
        new, returning, sme = map(self.number, ("companies_new_count", "companies_returning_pct", "sme_share_pct"))
        findings = [
            msg(
                "{companies} had an issue that was accepted, open or delivered from {window}.",
                companies=words.amount(active, COMPANY, COMPANIES, self.lang),
                window=self.last_year(),
            )
        ]
        findings.append(
            msg(
                "In {period}, {companies} proposed their first issue.",
                period=words.period_words(self.period),
                companies=words.amount(new, COMPANY, COMPANIES, self.lang),
            )
        )
        if returning.value is not None:
            findings.append(
                msg(
                    "Of the {n} companies that proposed an issue from {window}, {share} had done so before that too "
                    "(95% "
                    "interval {interval}).",
                    n=self.n_of(returning),
                    window=self.last_year(),
                    share=self.shown(returning),
                    interval=self.interval(returning),
                )
            )
        if sme.value is not None:
            findings.append(
                msg(
                    "{share} of the companies of known size are SMEs (95% interval {interval}).",
                    share=self.shown(sme),
                    interval=self.interval(sme),
                )
            )
        caption = msg("Active companies by size, {window}", window=self.last_year())
        rows = self.bar_rows(sizes) if any(each.keys != ("unknown",) for each in sizes) else []
        everything = [replace(each, label=self.say(each.metric.label)) for each in (active, new, returning, sme)]
        return self.section(
            "companies",
            title,
            findings,
            partial(draw_bars, rows=rows) if rows else None,
            caption,
            [
                self.count_table(caption, [msg("size"), msg("companies")], sizes),
                self.number_table(msg("Companies in numbers"), everything),
            ],
        )

    @in_one_session
    def places(self) -> Section:
        """A country's provinces on a tile map, or the areas below a province."""
        level = self.area[1]
        dimension = None if level is None else SMALLER_AREAS.get(level)
        title = msg("Provinces") if dimension == "region2" and self.region.startswith("NL") else msg("Areas")
        if dimension is None:
            return self.section("places", title, [msg("This region has no smaller areas to compare.")])
        active = self.numbers("companies_active_count", dimension)
        whole = self.number("companies_active_count")
        if not active:
            return self.section("places", title, [COMPANIES_UNKNOWN if whole.is_unknown else NO_COMPANIES])
        rates = {number.keys: number for number in self.numbers("implementation_rate_pct", dimension)}
        told = sorted((number for number in active if number.value), key=lambda each: -(each.value or 0))
        finding = self._places_told(active)
        caption = msg("Active companies by area, {window}", window=self.last_year())
        if any(number.is_suppressed for number in active):
            caption = msg(
                "Active companies by area, {window}; {mark} is withheld",
                window=self.last_year(),
                mark=words.WITHHELD_MARK,
            )
        header = [msg("area"), msg("active companies"), msg("implemented"), msg("95% interval"), msg("n")]
        # where some supplier never sent this, an area without any company is one of which nobody knows
        nothing = "–" if any(map(words.WITHOUT.fullmatch, whole.notes)) else "0"
        tiles = self._tiles(active, nothing) if dimension == "region2" else {}
        rows = [[number.heading, self.shown(number), *self._rate_cells(rates.get(number.keys))] for number in active]
        known = {number.keys[0] for number in active}
        # the last row is of no area, where there is one
        at = len(rows) - (UNKNOWN in known)
        empty = [[tile.label, tile.text, "–", "–", nothing] for code, tile in tiles.items() if code not in known]
        rows[:at] = sorted([*rows[:at], *empty], key=lambda row: row[0].casefold())
        return self.section(
            "places",
            title,
            [
                finding,
                msg("These are numbers, not a ranking: areas differ in how many companies and schools they have."),
            ],
            partial(draw_tiles, tiles=list(tiles.values())) if tiles else self._bars(told),
            caption,
            [Table(caption, header, rows)],
        )

    @in_one_session
    def technical_questions(self) -> Section:
        """Technical questions answered in ten working days, by quarter."""
        title = msg("Technical questions")
        total = self.number("technical_question_10d_pct")
        if total.is_absent and not total.is_unsent:
            return self.section(
                "questions", title, [msg("No technical questions were recorded in this region in these four quarters.")]
            )
        numbers = self.numbers("technical_question_10d_pct", "quarter")
        if total.is_unsent:
            finding = msg("Whether and when technical questions were answered is not recorded.")
            return self.section("questions", title, [finding])
        finding = msg("There were too few technical questions to give a share: {n}.", n=self.n_of(total))
        if total.is_suppressed:
            finding = msg("Which share of the technical questions was answered in time is withheld.")
        if total.value is not None:
            finding = msg(
                "{share} of the {n} technical questions were answered within 10 working days (95% interval "
                "{interval}).",
                share=self.shown(total),
                n=self.n_of(total),
                interval=self.interval(total),
            )
        caption = msg(
            "{metric}, by quarter of the question, {window}",
            metric=total.metric.label,
            window=self.window(total.metric),
        )
        together = replace(total, label=self.say(msg("together")))
        return self.section(
            "questions",
            title,
            [finding],
            self.intervals(numbers),
            caption,
            [self.rate_table(caption, msg("quarter"), [*numbers, together])],
        )

    def _places_told(self, active: list[Number]) -> Words:
        """In how many areas companies were active and where most are; of what is withheld nobody says it is less."""
        placed = [number for number in active if number.keys != (UNKNOWN,)]
        most = words.largest(placed)
        if not placed:
            return msg("Of no active company it is known in which area it is.")
        if not most:
            return msg("In each area too few companies were active to show their number.")
        values = {"names": self.listed([each.label for each in most]), "companies": self.shown(most[0])}
        if len(active) == 1:
            return msg("All active companies are in {names}: {companies}.", **values)
        if len(placed) == 1:
            return msg("All active companies of which the area is known are in {names}: {companies}.", **values)
        if any(number.value is None for number in placed):
            told = msg("Of the areas that may be shown, most are in {names}: {companies}.", **values)
        elif len(most) > 1:
            told = msg("Most are in {names}: {companies} each.", **values)
        else:
            told = msg("Most are in {names}: {companies}.", **values)
        return msg("Companies from {count} areas were active. {most}", count=len(placed), most=told)

    def _rate_cells(self, rate: Number | None) -> list[str]:
        if rate is None:
            return ["–", "–", "0"]
        return [self.shown(rate), self.interval(rate) or "–", self.n_of(rate)]

    def _tile_text(self, number: Number) -> str:
        return words.WITHHELD_MARK if number.is_suppressed else self.shown(number)

    def _bars(self, told: list[Number]) -> Draw | None:
        rows = self.bar_rows(told[:MOST_ROWS])
        return partial(draw_bars, rows=rows) if rows else None

    def _tiles(self, active: list[Number], nothing: str) -> dict[str, Tile]:
        """Each province by its code, as on a map; none where one with companies has no place on it.

        `nothing` stands in those of which there is no number.
        """
        counts = {number.keys[0]: number for number in active}
        with self.session() as con:
            rows = con.execute(
                "select r.region_code, r.name, r.tile_x, r.tile_y from regions as r "
                "join region_paths as p using (region_code) where r.level = 2 and r.region_code = r.current_code "
                "and r.tile_x is not null and list_contains(p.path, ?) order by r.region_code",
                [self.region],
            ).fetchall()
        if counts.keys() - {code for code, *_ in rows} - {UNKNOWN}:
            return {}
        return {
            code: Tile(
                area_name(code, name, 2, self.lang),
                counts[code].value if code in counts else 0 if nothing == "0" else None,
                self._tile_text(counts[code]) if code in counts else nothing,
                int(x),
                int(y),
            )
            for code, name, x, y in rows
        }

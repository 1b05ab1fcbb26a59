"""What a metric can be sliced by: each dimension once, the names of its values, and what a user may type for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from ppp_metrics.errors import UsageError
from ppp_metrics.language import Label, msg, nearest
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period
from ppp_metrics.records import codes
from ppp_metrics.records.codes import Code
from ppp_metrics.records.model import folded

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

By = str | Sequence[str] | None
"""What a question of a report is sliced by: nothing, a dimension, or several."""

MOST_NAMED = 12
"""So many values are named to somebody whose value is unlike any of them."""

UNKNOWN = "unknown"
UNKNOWN_LABEL = Label("unknown", "onbekend")

REGION_DIMENSIONS = ("region0", "region1", "region2", "region3")
TIME_DIMENSIONS = ("quarter", "year")


@dataclass(frozen=True)
class Dimension:
    """A dimension whose values are codes of the model, rows of a relation, or calendar periods.

    `names` is a query of value, English name, Dutch name, and what else may be typed for it (a region's old code); the
    values of `codes` go by these codes' labels all the same.
    """

    id: str
    label: Label
    codes: tuple[Code, ...] = ()
    names: str | None = None

    def expression(self, event: str | None) -> str:
        """SQL for the group a unit falls in; never null, because what is not known is a group too."""
        if self.id == "quarter":
            text = f"strftime({event}, '%Y') || '-Q' || quarter({event})"
        elif self.id == "year":
            text = f"strftime({event}, '%Y')"
        else:
            text = self.id
        return f"coalesce({text}, '{UNKNOWN}')"


def _region(level: int, en: str, nl: str) -> Dimension:
    names = f"select current_code, name, name, region_code from region_paths where level = {level}"
    return Dimension(f"region{level}", Label(en, nl), names=f"{names} order by region_code = current_code")


def _keyed(name: str, relation: str, en: str, nl: str) -> Dimension:
    return Dimension(name, Label(en, nl), names=f"select {name}, name, name, {name} from {relation} order by 1")


def _theme(name: str, en: str, nl: str) -> Dimension:
    return Dimension(
        name,
        Label(en, nl),
        names="select theme_code, name_en, name_nl, theme_code from theme_settings order by theme_code",
    )


SME = (Code("yes", Label("SME", "mkb"), ("ja",)), Code("no", Label("large company", "grootbedrijf"), ("nee",)))
SIDES = (Code("education", Label("education", "onderwijs")), Code("company", Label("company", "bedrijf")))


def _pair_of(one: Code, other: Code) -> Code:
    """The roles of two people in the order of their codes; typed in either order."""
    names = [
        (f"{first}/{second}", f"{second}/{first}")
        for first, second in zip(
            (one.value, one.label.en, one.label.nl), (other.value, other.label.en, other.label.nl), strict=True
        )
    ]
    (value, swapped), (en, en_swapped), (nl, nl_swapped) = names
    return Code(value, Label(en, nl), (swapped, en_swapped, nl_swapped))


PAIRS_OF_ROLES = tuple(
    _pair_of(*pair) for pair in combinations_with_replacement(sorted(codes.ROLES, key=lambda role: role.value), 2)
)

DIMENSIONS: dict[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        _region(0, "country", "land"),
        _region(1, "part of the country", "landsdeel"),
        _region(2, "province", "provincie"),
        _region(3, "region", "regio"),
        _keyed("partnership", "partnership_settings", "partnership", "samenwerkingsverband"),
        Dimension("programme", Label("programme", "programma"), codes.PROGRAMMES),
        Dimension("phase", Label("phase", "fase"), codes.PHASES),
        _theme("theme", "theme", "thema"),
        _theme("theme_parent", "main theme", "hoofdthema"),
        Dimension(
            "partner",
            Label("partner", "partner"),
            names="select partner, name, name, own_key from organisations order by partner, own_key desc",
        ),
        Dimension("size_class", Label("size class", "grootteklasse"), codes.SIZE_CLASSES),
        Dimension("sme", Label("SME", "mkb"), SME),
        Dimension("sector", Label("sector", "sector"), codes.SECTORS),
        Dimension("workplace_type", Label("kind of workplace", "soort werkplaats"), codes.WORKPLACE_TYPES),
        _keyed("workplace", "workplace_settings", "workplace", "werkplaats"),
        Dimension("issue_type", Label("kind of issue", "soort vraagstuk"), codes.ISSUE_TYPES),
        Dimension("innovation_type", Label("kind of innovation", "soort innovatie"), codes.INNOVATION_TYPES),
        Dimension("obligation", Label("obligation", "verplichting"), codes.OBLIGATIONS),
        Dimension("novelty", Label("novelty", "nieuwheid"), codes.NOVELTIES),
        Dimension("value_evidence", Label("evidence of value", "onderbouwing waarde"), codes.VALUE_EVIDENCE),
        Dimension("capability", Label("capability", "capaciteit"), codes.CAPABILITIES),
        Dimension("role", Label("role", "rol"), codes.ROLES),
        Dimension("giver_role", Label("role of who gives", "rol van wie geeft"), codes.ROLES),
        Dimension("receiver_role", Label("role of who receives", "rol van wie ontvangt"), codes.ROLES),
        Dimension("pair_roles", Label("roles of both", "rollen van beiden"), PAIRS_OF_ROLES),
        Dimension("side", Label("side", "kant"), SIDES),
        Dimension(
            "competence",
            Label("competence", "competentie"),
            codes.COMPETENCES,
            names="select distinct competence_code, competence_code, competence_code, competence_code "
            "from assessments order by 1",
        ),
        Dimension("design", Label("design", "meetopzet"), codes.DESIGNS),
        Dimension("cycle", Label("value cycle", "waardecyclus"), codes.CYCLES),
        Dimension("quarter", Label("quarter", "kwartaal")),
        Dimension("year", Label("year", "jaar")),
    )
}


def sliced_by(by: By) -> tuple[str, ...]:
    """The dimensions of a question, however many it names."""
    return (by,) if isinstance(by, str) else tuple(by or ())


def group_of(by: By, key: str) -> dict[str, str]:
    """The group that a report's cell calls by its values: `student/teacher` by the roles of who gives and receives.

    Of several dimensions all but the last are codes, which hold no slash, or two roles with one between them.
    """
    names = sliced_by(by)
    if not names:
        return {}
    group, rest = {}, key
    for name in names[:-1]:
        is_pair = name == "pair_roles" and not rest.startswith(f"{UNKNOWN}/")
        *parts, rest = rest.split("/", 2 if is_pair else 1)
        group[name] = "/".join(parts)
    return group | {names[-1]: rest}


def dimension_labels(con: DuckDBPyConnection, dimension: str, values: Iterable[str], lang: str) -> dict[str, str]:
    """The name of each value in a language: a code's label, a region's or theme's name; without one, the value."""
    prepare(con)
    wanted = [str(value) for value in values]
    declared = DIMENSIONS[dimension]
    known: dict[str, str] = {}
    if declared.names:
        rows = con.execute(
            f"select value, en, nl from ({declared.names}) as names (value, en, nl, alias) "
            "where list_contains(?, value)",
            [wanted],
        ).fetchall()
        known = {value: Label(en, nl).render(lang) for value, en, nl in rows}
    known |= {code.value: code.label.render(lang) for code in declared.codes}
    if dimension == "quarter":
        known = {value: Period.parse(value).short(lang) for value in wanted if value != UNKNOWN}
    return {value: known.get(value, value) if value != UNKNOWN else UNKNOWN_LABEL.render(lang) for value in wanted}


def find_dimension(name: str, available: Iterable[str]) -> Dimension:
    """Raises UsageError when there is no such dimension, or when it is none of those available here."""
    names = list(available)
    if name in names:
        return DIMENSIONS[name]
    has = ", ".join(names)
    if name in DIMENSIONS:
        raise UsageError(
            msg("This metric cannot be sliced by {dimension}. It can by: {available}.", dimension=name, available=has)
        )
    if near := nearest(name, names):
        raise UsageError(
            msg(
                "There is no dimension '{dimension}'. Did you mean {near}? This metric has: {available}.",
                dimension=name,
                near=near,
                available=has,
            )
        )
    raise UsageError(
        msg("There is no dimension '{dimension}'. This metric has: {available}.", dimension=name, available=has)
    )


def find_value(con: DuckDBPyConnection, dimension: Dimension, text: str) -> str:
    """The value that a user means by a value or its name in either language; UsageError names the nearest."""
    wanted = str(text).strip()
    if folded(wanted) in {UNKNOWN, folded(UNKNOWN_LABEL.nl)}:
        return UNKNOWN
    if dimension.id == "quarter":
        period = Period.parse(wanted)
        if period.quarter is None:
            raise UsageError(msg("'{text}' is not a quarter. Write one as 2026-Q3.", text=wanted))
        return str(period)
    if dimension.id == "year":
        if not re.fullmatch(r"\d{4}", wanted):
            raise UsageError(msg("'{text}' is not a year. Write one as 2026.", text=wanted))
        return wanted
    typed = _typed_names(con, dimension)
    # an exact value goes before a name, which another value may bear too
    found = {value for name, value in typed if name == wanted} or {
        value for name, value in typed if folded(name) == folded(wanted)
    }
    if len(found) == 1:
        return found.pop()
    if found:
        raise UsageError(
            msg(
                "'{value}' is more than one {dimension}: {candidates}. Write one of these.",
                value=wanted,
                dimension=dimension.label,
                candidates=", ".join(sorted(found)),
            )
        )
    kind = dimension.label
    if near := nearest(wanted, [name for name, _ in typed]):
        raise UsageError(
            msg("There is no {dimension} '{value}'. Did you mean {near}?", dimension=kind, value=wanted, near=near)
        )
    known = sorted({value for _, value in typed})
    if not known:
        raise UsageError(msg("There is no {dimension} '{value}': none is known.", dimension=kind, value=wanted))
    some = ", ".join(known[:MOST_NAMED]) + (", …" if len(known) > MOST_NAMED else "")
    raise UsageError(msg("There is no {dimension} '{value}'. Known: {some}.", dimension=kind, value=wanted, some=some))


def _typed_names(con: DuckDBPyConnection, dimension: Dimension) -> list[tuple[str, str]]:
    """(what may be typed, value it stands for)."""
    names = [
        (name, code.value)
        for code in dimension.codes
        for name in (code.value, code.label.en, code.label.nl, *code.aliases)
    ]
    if dimension.names:
        prepare(con)
        for value, en, nl, alias in con.execute(dimension.names).fetchall():
            names += [(name, value) for name in dict.fromkeys((value, alias, en, nl)) if name is not None]
    return names

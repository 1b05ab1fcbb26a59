"""The data model: every table, column and code with its names in both languages. The only declaration of them.

The DDL, recognition of files, Excel template, data dictionary and messages are made from `TABLES`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ppp_metrics.language import Label
from ppp_metrics.records import codes
from ppp_metrics.records.codes import Code

Kind = Literal["text", "code", "date", "boolean", "integer", "number"]
Form = Literal["name", "registration", "period", "metric"]
SQL_TYPES: dict[Kind, str] = {
    "text": "varchar",
    "code": "varchar",
    "date": "date",
    "boolean": "boolean",
    "integer": "bigint",
    "number": "double",
}


@dataclass(frozen=True)
class Column:
    """One column. `note` says what the name does not: a unit, a default, a source.

    `form` says what a text is, where it is more than a key or a sentence. `empty_is_all`: an empty cell means all of
    them, so that a row cannot be kept without a cell that says which.
    """

    name: str
    label: Label
    kind: Kind = "text"
    required: bool = False
    codes: tuple[Code, ...] = ()
    references: str | None = None
    personal: bool = False
    default: str | None = None
    form: Form | None = None
    empty_is_all: bool = False
    aliases: tuple[str, ...] = ()
    note: Label | None = None


@dataclass(frozen=True)
class Table:
    """One table; `key` names the columns that tell two records apart."""

    name: str
    label: Label
    grain: Label
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def free_texts(self) -> frozenset[str]:
        """The columns in which people write what they like: no keys, references, codes, nor names of things."""
        return frozenset(
            column.name
            for column in self.columns
            if column.kind == "text"
            and not (column.form or column.references or column.personal or column.name in self.key)
        )

    @cached_property
    def is_about_people(self) -> bool:
        return any(column.personal for column in self.columns)


_INVISIBLE = re.compile("[\xad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINERS = re.compile("(^|[\x00-\u024f])[\u200c\u200d]+")
_SPACES = re.compile("[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_IGNORED = re.compile(r"[\s\x0b\x1c-\x1f_\-*\u2010-\u2015\u2212\u200c\u200d]+")


def cleaned(text: str) -> str:
    """A cell's text without what nobody sees, its accents and spaces written in one way: the macro of casting.sql."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", _JOINERS.sub(r"\1", seen)).strip(" \t\n\v\f\r")


def folded(text: str) -> str:
    """A name as it is compared: no case, spaces, underscores, hyphens or trailing star, nor what nobody sees."""
    return _IGNORED.sub("", cleaned(text)).lower()


def _column(
    name: str,
    nl: str,
    kind: Kind = "text",
    *,
    en: str | None = None,
    aliases: tuple[str, ...] = (),
    note: tuple[str, str] | None = None,
    **rest: object,
) -> Column:
    english = en or re.sub(r" id$", " ID", name.replace("_", " "))
    label = Label(english[0].upper() + english[1:], nl[0].upper() + nl[1:])
    return Column(name, label, kind, aliases=aliases, note=Label(*note) if note else None, **rest)  # type: ignore[arg-type]


def _key(
    name: str,
    nl: str,
    references: str | None = None,
    *,
    required: bool = True,
    personal: bool = False,
    empty_is_all: bool = False,
    aliases: tuple[str, ...] = (),
) -> Column:
    return _column(
        name,
        nl,
        required=required,
        references=references,
        personal=personal,
        empty_is_all=empty_is_all,
        aliases=aliases,
    )


def _date(name: str, nl: str, *, required: bool = False, aliases: tuple[str, ...] = ()) -> Column:
    return _column(name, nl, "date", required=required, aliases=aliases)


def _eur(name: str, nl: str, en: str) -> Column:
    return _column(name, nl, "number", en=en, note=("euro", "euro"))


TABLES: tuple[Table, ...] = (
    Table(
        "regions",
        Label("Regions", "Regio's"),
        Label(
            "one area of the NUTS classification, or one that the workspace adds",
            "één NUTS-gebied, of een eigen gebied",
        ),
        ("region_code",),
        (
            _key("region_code", "regiocode"),
            _column("name", "naam", required=True, form="name"),
            _key("parent_code", "bovenliggende code", "regions", required=False),
            _column("level", "niveau", "integer", note=("NUTS level 0-3", "NUTS-niveau 0-3")),
            _column("nuts_version", "NUTS-versie", "integer", note=("2021 or 2024", "2021 of 2024")),
            _column("tile_x", "tegel x", "integer", note=("column on the tile map", "kolom op de tegelkaart")),
            _column("tile_y", "tegel y", "integer", note=("row on the tile map", "rij op de tegelkaart")),
        ),
    ),
    Table(
        "partnerships",
        Label("Partnerships", "Samenwerkingsverbanden"),
        Label("one public-private partnership", "één publiek-privaat samenwerkingsverband"),
        ("partnership_id",),
        (
            _key("partnership_id", "samenwerkingsverband-id", aliases=("samenwerkingsverband",)),
            _column("name", "naam", required=True, form="name"),
            _key("region_code", "regiocode", "regions"),
            _column("programme", "programma", "code", codes=codes.PROGRAMMES),
            _column("phase", "fase", "code", codes=codes.PHASES),
            _date("start_date", "startdatum"),
            _date("end_date", "einddatum"),
        ),
    ),
    Table(
        "partners",
        Label("Partners", "Partners"),
        Label("one organisation, as one supplier knows it", "één organisatie, zoals één leverancier die kent"),
        ("partner_id",),
        (
            _key("partner_id", "partner-id", aliases=("partner",)),
            _column("name", "naam", required=True, form="name"),
            _column("partner_type", "soort partner", "code", required=True, codes=codes.PARTNER_TYPES),
            _column(
                "size_class",
                "grootteklasse",
                "code",
                codes=codes.SIZE_CLASSES,
                note=(
                    "EU recommendation 2003/361; SME = the first three",
                    "EU-aanbeveling 2003/361; mkb = de eerste drie",
                ),
            ),
            _column(
                "sector_code", "sector", "code", codes=codes.SECTORS, note=("NACE section A-U", "SBI-hoofdafdeling A-U")
            ),
            _column(
                "registration_number",
                "KvK-nummer",
                form="registration",
                aliases=("kvknummer", "kvk", "registratienummer", "organisatienummer"),
                note=(
                    "Chamber of Commerce number; makes partners of two suppliers one organisation",
                    "maakt partners van twee leveranciers tot één organisatie",
                ),
            ),
            _key("region_code", "regiocode", "regions"),
        ),
        aliases=("organisations", "organisaties"),
    ),
    Table(
        "memberships",
        Label("Memberships", "Deelnames van partners"),
        Label(
            "one partner's membership of one partnership", "één deelname van een partner aan een samenwerkingsverband"
        ),
        ("partnership_id", "partner_id", "joined_date"),
        (
            _key("partnership_id", "samenwerkingsverband-id", "partnerships", aliases=("samenwerkingsverband",)),
            _key("partner_id", "partner-id", "partners", aliases=("partner",)),
            _column("member_role", "rol", "code", codes=codes.MEMBER_ROLES),
            _date("joined_date", "datum toetreding", required=True),
            _date("left_date", "datum uittreding"),
            _eur("cash_eur", "bijdrage in geld", "cash contribution"),
            _eur("in_kind_eur", "bijdrage in natura", "in-kind contribution"),
        ),
        aliases=("lidmaatschappen",),
    ),
    Table(
        "capabilities",
        Label("Capabilities", "Capaciteiten"),
        Label("one capability that a partner brings for a time", "één capaciteit die een partner een tijd inbrengt"),
        ("partner_id", "capability", "start_date"),
        (
            _key("partner_id", "partner-id", "partners", aliases=("partner",)),
            _column("capability", "capaciteit", "code", required=True, codes=codes.CAPABILITIES),
            _column("fte", "fte", "number", required=True, note=("full-time equivalents", "voltijdsequivalenten")),
            _date("start_date", "startdatum", required=True),
            _date("end_date", "einddatum"),
        ),
    ),
    Table(
        "themes",
        Label("Themes", "Thema's"),
        Label("one theme, shared by all suppliers", "één thema, gedeeld door alle leveranciers"),
        ("theme_code",),
        (
            _key("theme_code", "themacode", aliases=("thema",)),
            _column("name_en", "naam Engels", required=True, en="name English", form="name"),
            _column("name_nl", "naam Nederlands", en="name Dutch", form="name"),
            _key("parent_code", "bovenliggende code", "themes", required=False),
        ),
    ),
    Table(
        "workplaces",
        Label("Workplaces", "Innovatiewerkplaatsen"),
        Label("one innovation workplace or community", "één innovatiewerkplaats of community"),
        ("workplace_id",),
        (
            _key("workplace_id", "werkplaats-id", aliases=("werkplaats",)),
            _key("partnership_id", "samenwerkingsverband-id", "partnerships", aliases=("samenwerkingsverband",)),
            _column("name", "naam", required=True, form="name"),
            _column("workplace_type", "soort werkplaats", "code", required=True, codes=codes.WORKPLACE_TYPES),
            _date("opened_date", "datum opening", required=True),
            _date("closed_date", "datum sluiting"),
        ),
        aliases=("werkplaatsen",),
    ),
    Table(
        "agreements",
        Label("Agreements", "Afspraken"),
        Label(
            "one agreement of a partnership with a partner", "één afspraak van een samenwerkingsverband met een partner"
        ),
        ("agreement_id",),
        (
            _key("agreement_id", "afspraak-id", aliases=("afspraak",)),
            _key("partnership_id", "samenwerkingsverband-id", "partnerships", aliases=("samenwerkingsverband",)),
            _key("partner_id", "partner-id", "partners", aliases=("partner",)),
            _date("signed_date", "datum ondertekening", required=True),
            _date("end_date", "einddatum"),
            _column("obligation", "verplichting", "code", required=True, codes=codes.OBLIGATIONS),
            _eur("fee_eur", "vergoeding", "fee"),
            _column("quality_guarantee", "kwaliteitsgarantie", "boolean"),
            _column(
                "assignments_per_year",
                "opdrachten per jaar",
                "number",
                note=("committed flow of assignments", "afgesproken stroom opdrachten"),
            ),
        ),
    ),
    Table(
        "issues",
        Label("Issues", "Innovatievraagstukken"),
        Label("one innovation issue that a company proposes", "één innovatievraagstuk dat een bedrijf inbrengt"),
        ("issue_id",),
        (
            _key("issue_id", "vraagstuk-id", aliases=("vraagstuk",)),
            _key("partner_id", "partner-id", "partners", aliases=("partner", "inbrenger")),
            _key("theme_code", "themacode", "themes", aliases=("thema",)),
            _column("issue_type", "soort vraagstuk", "code", codes=codes.ISSUE_TYPES, default="assignment"),
            _column(
                "innovation_type",
                "soort innovatie",
                "code",
                codes=codes.INNOVATION_TYPES,
                note=("as intended", "zoals beoogd"),
            ),
            _column("title", "titel"),
            _key(
                "partnership_id",
                "samenwerkingsverband-id",
                "partnerships",
                required=False,
                aliases=("samenwerkingsverband",),
            ),
            _key("workplace_id", "werkplaats-id", "workplaces", required=False, aliases=("werkplaats",)),
            _key("agreement_id", "afspraak-id", "agreements", required=False, aliases=("afspraak",)),
            _column(
                "obligation",
                "verplichting",
                "code",
                codes=codes.OBLIGATIONS,
                note=("where empty, the agreement's", "waar leeg: die van de afspraak"),
            ),
            _column("status", "status", "code", required=True, codes=codes.STATUSES),
            _date("proposed_date", "datum indiening", required=True, aliases=("indieningsdatum",)),
            _date("accepted_date", "datum aanname"),
            _date("started_date", "datum start", aliases=("startdatum",)),
            _date("closed_date", "datum afsluiting"),
            _column(
                "trl_start",
                "TRL bij start",
                "integer",
                en="TRL at start",
                note=("technology readiness level 1-9", "technology readiness level 1-9"),
            ),
        ),
        aliases=("vraagstukken",),
    ),
    Table(
        "outcomes",
        Label("Outcomes", "Oplossingen"),
        Label("one solution delivered for an issue", "één opgeleverde oplossing voor een vraagstuk"),
        ("outcome_id",),
        (
            _key("outcome_id", "oplossing-id", aliases=("oplossing",)),
            _key("issue_id", "vraagstuk-id", "issues", aliases=("vraagstuk",)),
            _date("delivered_date", "datum oplevering", required=True, aliases=("opleverdatum",)),
            _date("implemented_date", "datum implementatie", aliases=("implementatiedatum",)),
            _column("accepted_by_company", "aanvaard door bedrijf", "boolean"),
            _column(
                "innovation_type",
                "soort innovatie",
                "code",
                codes=codes.INNOVATION_TYPES,
                note=("as realised", "zoals gerealiseerd"),
            ),
            _column("novelty", "nieuwheid", "code", codes=codes.NOVELTIES),
            _column(
                "trl_end",
                "TRL bij einde",
                "integer",
                en="TRL at end",
                note=("technology readiness level 1-9", "technology readiness level 1-9"),
            ),
            _eur("value_eur", "waarde", "value"),
            _column("value_evidence", "onderbouwing waarde", "code", codes=codes.VALUE_EVIDENCE),
            _column("ip_owner", "eigenaar intellectueel eigendom", "code", en="IP owner", codes=codes.IP_OWNERS),
            _column(
                "non_implementation_reason",
                "reden niet geïmplementeerd",
                "code",
                codes=codes.NON_IMPLEMENTATION_REASONS,
                aliases=("reden niet geimplementeerd",),
            ),
        ),
    ),
    Table(
        "participants",
        Label("Participants", "Deelnemers"),
        Label("one person, pseudonymised on load", "één persoon, gepseudonimiseerd bij het laden"),
        ("participant_id",),
        (
            _key("participant_id", "deelnemer-id", personal=True, aliases=("deelnemer", "deelnemernummer")),
            _column("role", "rol", "code", required=True, codes=codes.ROLES),
            _key("partner_id", "partner-id", "partners", required=False, aliases=("partner",)),
            _column("eqf_level", "EQF-niveau", "integer", en="EQF level", note=("1-8", "1-8")),
        ),
    ),
    Table(
        "participations",
        Label("Participations", "Deelnames"),
        Label("one person's work on one issue", "het werk van één persoon aan één vraagstuk"),
        ("participant_id", "issue_id", "start_date"),
        (
            _key(
                "participant_id",
                "deelnemer-id",
                "participants",
                personal=True,
                aliases=("deelnemer", "deelnemernummer"),
            ),
            _key("issue_id", "vraagstuk-id", "issues", aliases=("vraagstuk",)),
            _date("start_date", "startdatum", required=True),
            _date("end_date", "einddatum"),
            _column("hours", "uren", "number"),
        ),
    ),
    Table(
        "assessments",
        Label("Assessments", "Leermetingen"),
        Label("one score of one person on one competence", "één score van één persoon op één competentie"),
        ("participant_id", "competence_code", "design", "moment", "assessed_date", "issue_id"),
        (
            _key(
                "participant_id",
                "deelnemer-id",
                "participants",
                personal=True,
                aliases=("deelnemer", "deelnemernummer"),
            ),
            _column(
                "competence_code",
                "competentie",
                required=True,
                aliases=("competentiecode",),
                note=(
                    "any; reports name these in both languages: "
                    + ", ".join(f"{code.value} ({code.label.nl})" for code in codes.COMPETENCES),
                    "vrij; deze noemt een rapport in beide talen: "
                    + ", ".join(f"{code.value} ({code.label.nl})" for code in codes.COMPETENCES),
                ),
            ),
            _column("design", "meetopzet", "code", required=True, codes=codes.DESIGNS),
            _column("moment", "meetmoment", "code", required=True, codes=codes.MOMENTS),
            _date("assessed_date", "datum meting", required=True),
            _column("score", "score", "number", required=True),
            _column("scale_min", "schaal minimum", "number", required=True),
            _column("scale_max", "schaal maximum", "number", required=True),
            _key("issue_id", "vraagstuk-id", "issues", required=False, aliases=("vraagstuk",)),
            _key(
                "partnership_id",
                "samenwerkingsverband-id",
                "partnerships",
                required=False,
                aliases=("samenwerkingsverband",),
            ),
        ),
        aliases=("metingen",),
    ),
    Table(
        "interactions",
        Label("Interactions", "Interacties"),
        Label("one time that one person helped another to learn", "één keer dat iemand een ander hielp te leren"),
        ("giver_id", "receiver_id", "interaction_date", "issue_id", "kind"),
        (
            _key("giver_id", "gever-id", "participants", personal=True, aliases=("gever",)),
            _key("receiver_id", "ontvanger-id", "participants", personal=True, aliases=("ontvanger",)),
            _date("interaction_date", "datum interactie", required=True),
            _key("issue_id", "vraagstuk-id", "issues", required=False, aliases=("vraagstuk",)),
            _column("kind", "soort interactie", "code", codes=codes.INTERACTION_KINDS),
        ),
    ),
    Table(
        "value_stories",
        Label("Value stories", "Waardeverhalen"),
        Label("one story of what taking part was worth", "één verhaal over wat deelname waard was"),
        ("participant_id", "partnership_id", "cycle", "story_date"),
        (
            _key(
                "participant_id",
                "deelnemer-id",
                "participants",
                personal=True,
                aliases=("deelnemer", "deelnemernummer"),
            ),
            _key("partnership_id", "samenwerkingsverband-id", "partnerships", aliases=("samenwerkingsverband",)),
            _column("cycle", "waardecyclus", "code", required=True, codes=codes.CYCLES),
            _date("story_date", "datum verhaal", required=True),
            _column("consent", "toestemming", "boolean"),
            _column("story", "verhaal", note=("shown only with consent", "alleen getoond met toestemming")),
        ),
    ),
    Table(
        "targets",
        Label("Targets", "Streefwaarden"),
        Label("one target for a metric in a period", "één streefwaarde voor een indicator in een periode"),
        ("metric_id", "period", "region_code", "partnership_id"),
        (
            _column("metric_id", "indicator", required=True, form="metric"),
            _column("period", "periode", required=True, form="period", note=("2026-Q3 or 2026", "2026-Q3 of 2026")),
            _column("target_value", "streefwaarde", "number", required=True),
            _key("region_code", "regiocode", "regions", required=False, empty_is_all=True),
            _key(
                "partnership_id",
                "samenwerkingsverband-id",
                "partnerships",
                required=False,
                empty_is_all=True,
                aliases=("samenwerkingsverband",),
            ),
        ),
    ),
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}

SHARED_TABLES = ("regions", "themes")
"""Code lists that all suppliers share: a code may be declared by any of them."""

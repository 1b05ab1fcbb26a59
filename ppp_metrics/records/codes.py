"""The codes of the data model: labels in both languages, and the other words that files use for them."""

from __future__ import annotations

from dataclasses import dataclass

from ppp_metrics.language import Label


@dataclass(frozen=True)
class Code:
    """One allowed value; a file may hold the value, either label, or an alias."""

    value: str
    label: Label
    aliases: tuple[str, ...] = ()


def _code(value: str, nl: str, en: str | None = None, *aliases: str) -> Code:
    return Code(value, Label(en or value.replace("_", " "), nl), aliases)


PROGRAMMES = (
    _code("coe", "centre of expertise", "centre of expertise"),
    _code("civ", "centrum voor innovatief vakmanschap", "centre for innovative craftsmanship"),
    _code("cove", "centre of vocational excellence", "centre of vocational excellence"),
    _code("field_lab", "fieldlab"),
    _code("other", "overig", "other", "anders"),
)
PHASES = (
    _code("start", "starten"),
    _code("develop", "ontwikkelen"),
    _code("validate", "valideren"),
    _code("expand", "uitbreiden"),
    _code("sustain", "onderhouden"),
)
PARTNER_TYPES = (
    _code("company", "bedrijf"),
    _code("university_of_applied_sciences", "hogeschool"),
    _code("vocational_institution", "mbo-instelling"),
    _code("research_university", "universiteit"),
    _code("research_institute", "kennisinstelling"),
    _code("public_body", "overheid"),
    _code("intermediary", "intermediair"),
    _code("other", "overig", "other", "anders"),
)
SIZE_CLASSES = (
    _code("micro", "micro"),
    _code("small", "klein"),
    _code("medium", "middelgroot"),
    _code("large", "groot"),
)
SECTORS = tuple(
    _code(letter, nl, en)
    for letter, nl, en in [
        ("A", "landbouw, bosbouw en visserij", "agriculture, forestry and fishing"),
        ("B", "winning van delfstoffen", "mining and quarrying"),
        ("C", "industrie", "manufacturing"),
        ("D", "energievoorziening", "electricity and gas supply"),
        ("E", "waterbedrijven en afvalbeheer", "water supply and waste management"),
        ("F", "bouwnijverheid", "construction"),
        ("G", "handel", "wholesale and retail trade"),
        ("H", "vervoer en opslag", "transportation and storage"),
        ("I", "horeca", "accommodation and food service"),
        ("J", "informatie en communicatie", "information and communication"),
        ("K", "financiële dienstverlening", "financial and insurance activities"),
        ("L", "verhuur van en handel in onroerend goed", "real estate activities"),
        ("M", "specialistische zakelijke diensten", "professional, scientific and technical activities"),
        ("N", "verhuur en overige zakelijke diensten", "administrative and support services"),
        ("O", "openbaar bestuur", "public administration"),
        ("P", "onderwijs", "education"),
        ("Q", "gezondheids- en welzijnszorg", "human health and social work"),
        ("R", "cultuur, sport en recreatie", "arts, entertainment and recreation"),
        ("S", "overige dienstverlening", "other service activities"),
        ("T", "huishoudens als werkgever", "households as employers"),
        ("U", "extraterritoriale organisaties", "extraterritorial organisations"),
    ]
)
MEMBER_ROLES = (_code("lead", "penvoerder"), _code("member", "lid", "member", "deelnemer"))
CAPABILITIES = (
    _code("research", "onderzoekend vermogen"),
    _code("teacher_professionalisation", "docentprofessionalisering"),
    _code("business_development", "business development"),
    _code("project_management", "projectmanagement"),
)
WORKPLACE_TYPES = (
    _code("lab", "lab"),
    _code("field_lab", "fieldlab"),
    _code("living_lab", "living lab"),
    _code("digital_workplace", "digitale werkplaats"),
    _code("community_of_practice", "community of practice"),
    _code("community_for_development", "community for development"),
)
OBLIGATIONS = (
    _code("result", "resultaatverplichting", "result", "result obligation", "resultaat"),
    _code("effort", "inspanningsverplichting", "effort", "effort obligation", "inspanning"),
)
ISSUE_TYPES = (_code("assignment", "opdracht"), _code("technical_question", "technische vraag"))
INNOVATION_TYPES = (_code("product", "product"), _code("process", "proces"), _code("service", "dienst"))
STATUSES = (
    _code("proposed", "ingediend"),
    _code("accepted", "aangenomen"),
    _code("in_progress", "in uitvoering"),
    _code("delivered", "opgeleverd"),
    _code("implemented", "geïmplementeerd", "implemented", "geimplementeerd"),
    _code("embedded", "geborgd"),
    _code("declined", "afgewezen"),
    _code("stopped", "gestopt"),
    _code("on_hold", "aangehouden"),
)
NOVELTIES = (
    _code("new_to_firm", "nieuw voor het bedrijf", "new to the firm"),
    _code("new_to_market", "nieuw voor de markt", "new to the market"),
)
VALUE_EVIDENCE = (
    _code("none", "geen"),
    _code("self_reported", "zelf opgegeven", "self-reported"),
    _code("verified", "geverifieerd"),
)
IP_OWNERS = (
    _code("company", "bedrijf"),
    _code("student", "student"),
    _code("institution", "instelling"),
    _code("shared", "gedeeld"),
)
NON_IMPLEMENTATION_REASONS = (
    _code("cost", "kosten"),
    _code("no_capacity", "geen capaciteit"),
    _code("not_fit", "past niet", "does not fit"),
    _code("changed_priority", "andere prioriteit", "changed priority"),
    _code("other", "overig", "other", "anders"),
)
ROLES = (
    _code("student", "student"),
    _code("teacher", "docent"),
    _code("researcher", "onderzoeker", "researcher", "lector", "onderzoeker/lector", "docent-onderzoeker"),
    _code("expert", "expert"),
    _code("business_developer", "business developer"),
    _code("company_employee", "medewerker bedrijf", "company employee"),
    _code("project_manager", "projectleider"),
)
EDUCATION_ROLES = ("student", "teacher", "researcher")
LIFELONG_LEARNER_ROLES = tuple(role.value for role in ROLES if role.value != "student")
COMPETENCES = (
    _code("collaboration", "samenwerken"),
    _code("communication", "communiceren"),
    _code("creativity", "creatief denken"),
    _code("critical_thinking", "kritisch denken"),
    _code("digital", "digitale vaardigheden", "digital skills"),
    _code("entrepreneurship", "ondernemendheid"),
    _code("inquiry", "onderzoekend vermogen"),
    _code("problem_solving", "probleemoplossend vermogen"),
    _code("professional_skill", "vakmanschap"),
    _code("self_direction", "zelfsturing"),
)
"""Competences with a name in both languages; a supplier may measure others, which go by what its file calls them."""
DESIGNS = (
    _code("pre_post", "voor- en nameting", "before and after"),
    _code("retrospective", "terugblik", "retrospective", "retrospectief"),
)
MOMENTS = (
    _code("pre", "voormeting", "before"),
    _code("post", "nameting", "after"),
    _code("follow_up", "vervolgmeting", "follow-up"),
)
INTERACTION_KINDS = (
    _code("advice", "advies"),
    _code("feedback", "feedback"),
    _code("instruction", "instructie"),
    _code("co_creation", "cocreatie", "co-creation", "co-creatie"),
)
CYCLES = (
    _code("immediate", "direct"),
    _code("potential", "potentieel"),
    _code("applied", "toegepast"),
    _code("realized", "gerealiseerd", "realised", "realized"),
    _code("reframing", "herkaderend"),
    _code("strategic", "strategisch"),
    _code("enabling", "faciliterend"),
)

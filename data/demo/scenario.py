"""What the fictitious network is like: its partnerships, themes, seasons and sizes. All invented; nothing is measured.

Every number here is a choice that makes the demo lively; none is an estimate of any real partnership.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

SEED = 20261123
HORIZON = date(2026, 11, 20)
"""The last day that the files know of; today, when they are sent, is the Monday after."""


@dataclass(frozen=True)
class Partnership:
    """One supplier: `companies` by province (2024 codes), `nuts` the classification that its files use,
    `scale` lowest and highest score and decimals, `region_shares` the part of the targets for each region."""

    supplier: str
    name: str
    region: str
    programme: str
    phase: str
    start: date
    issues: int
    companies: dict[str, int]
    nuts: int = 2024
    scale: tuple[int, int, int] = (1, 10, 1)
    workplaces: int = 4
    lacks: tuple[str, ...] = ()
    region_shares: dict[str, float] = field(default_factory=dict)


NATION = {"NL": 1.0, "NL11": 0.05, "NL12": 0.035, "NL13": 0.015, "NL21": 0.08, "NL22": 0.1, "NL23": 0.025, "NL32": 0.2,
          "NL34": 0.01, "NL35": 0.11, "NL36": 0.21, "NL41": 0.12, "NL42": 0.05}  # fmt: skip
PARTNERSHIPS = (
    Partnership("wadkant", "Wadkant", "NL1", "field_lab", "validate", date(2021, 10, 1), 190,
                {"NL11": 16, "NL12": 10, "NL13": 1}, workplaces=3, lacks=("business_development",)),
    Partnership("ijsselkamp", "IJsselkamp", "NL21", "civ", "develop", date(2022, 9, 1), 230,
                {"NL21": 20, "NL22": 6, "NL23": 5}, workplaces=2),
    Partnership("middenveld", "Middenveld", "NL35", "coe", "expand", date(2021, 10, 1), 370,
                {"NL35": 26, "NL22": 20}, nuts=2021),
    Partnership("zaankade", "Zaankade", "NL32", "coe", "sustain", date(2021, 10, 1), 410,
                {"NL32": 48, "NL23": 2}, scale=(0, 100, 0), region_shares=NATION),
    Partnership("deltazoom", "Deltazoom", "NL36", "cove", "expand", date(2021, 10, 1), 450,
                {"NL36": 52, "NL34": 2, "NL32": 2}, nuts=2021, scale=(1, 5, 1)),
    Partnership("heuvelbrink", "Heuvelbrink", "NL4", "civ", "validate", date(2022, 2, 1), 350,
                {"NL41": 31, "NL42": 13}, scale=(1, 5, 1), lacks=("project_management",)),
)  # fmt: skip
SHARED_COMPANIES = (("deltazoom", "zaankade", 4), ("middenveld", "ijsselkamp", 3), ("heuvelbrink", "deltazoom", 3),
                    ("ijsselkamp", "wadkant", 2))  # fmt: skip
"""Companies of the first partnership that work with the second one too."""


@dataclass(frozen=True)
class Theme:
    """One theme: its share of the issues and of result obligations, how often and how fast a solution is used."""

    code: str
    name_en: str
    name_nl: str
    parent: str
    parent_names: tuple[str, str]
    share: float
    result_share: float
    log_odds: float
    work_days: int
    uptake_days: int


ENERGY, MAKING, LIVING = ("Energy", "Energie"), ("Making", "Maken"), ("Living", "Leven")
THEMES = (
    Theme("energy-storage", "Energy storage", "Energieopslag", "energy", ENERGY, 0.10, 0.45, -0.1, 150, 80),
    Theme("energy-heat", "Sustainable heat", "Duurzame warmte", "energy", ENERGY, 0.12, 0.35, -0.6, 210, 140),
    Theme("energy-hydrogen", "Hydrogen", "Waterstof", "energy", ENERGY, 0.008, 0.30, -1.0, 260, 180),
    Theme("making-robotics", "Robotics", "Robotica", "making", MAKING, 0.15, 0.70, 0.9, 95, 40),
    Theme("making-printing", "3D printing", "3D-printen", "making", MAKING, 0.10, 0.65, 0.2, 85, 45),
    Theme(
        "making-circular", "Circular materials", "Circulaire materialen", "making", MAKING, 0.12, 0.30, -0.5, 190, 120
    ),
    Theme("living-care", "Care technology", "Zorgtechnologie", "living", LIVING, 0.13, 0.40, -0.9, 170, 170),
    Theme("living-food", "Healthy food", "Gezonde voeding", "living", LIVING, 0.09, 0.45, 0.3, 120, 60),
    Theme("living-logistics", "Smart logistics", "Slimme logistiek", "living", LIVING, 0.11, 0.60, 0.4, 110, 50),
    Theme("living-water", "Water management", "Waterbeheer", "living", LIVING, 0.07, 0.30, 0.1, 160, 90),
)

SEASON = (0.9, 1.7, 1.0, 0.9, 0.8, 0.6, 0.2, 0.35, 2.3, 1.3, 1.0, 0.5)
GROWTH = {2021: 0.6, 2022: 0.8, 2023: 1.1, 2024: 0.75, 2025: 1.2, 2026: 1.4}
"""2024 is the dip."""

SIZES = {"micro": -0.4, "small": 0.0, "medium": 0.25, "large": 0.1}
SECTORS = {"A": "Teelt", "C": "Machinebouw", "D": "Energie", "E": "Kringloop", "F": "Bouw", "G": "Handel",
           "H": "Vervoer", "I": "Horeca", "J": "Software", "M": "Advies", "Q": "Zorg"}  # fmt: skip
NAMES = (
    ("Otter", "Kievit", "Wulp", "Egel", "Das", "Specht", "Reiger", "Haas", "Marter", "Zwaluw", "Grutto", "Bever",
     "Hamster", "Kraanvogel", "Snoek", "Merel", "Wezel", "Lepelaar", "Krekel", "Mol"),
    ("Linde", "Klaver", "Wilg", "Beuk", "Vlier", "Hop", "Riet", "Meidoorn", "Els", "Braam", "Hazelaar", "Varen",
     "Zuring", "Tijm", "Iep"),
)  # fmt: skip
INSTITUTIONS = (
    ("university_of_applied_sciences", "Hogeschool {place}", "large", "P"),
    ("university_of_applied_sciences", "Hogeschool {place} Techniek", "large", "P"),
    ("vocational_institution", "Vakschool {place}", "large", "P"),
    ("vocational_institution", "Vakschool {place} Zorg en Techniek", "medium", "P"),
    ("research_university", "Universiteit {place}", "large", "P"),
    ("public_body", "Streekbestuur {place}", "medium", "O"),
    ("public_body", "Economische raad {place}", "small", "O"),
    ("intermediary", "Ontwikkelbureau {place}", "small", "M"),
)
CONTRIBUTIONS = {
    "university_of_applied_sciences": (40_000, 220_000),
    "vocational_institution": (20_000, 140_000),
    "research_university": (10_000, 90_000),
    "public_body": (160_000, 10_000),
    "intermediary": (5_000, 30_000),
    "company": (5_000, 14_000),
}
"""Median cash and in-kind euros of one member."""
CAPABILITY_FTE = {
    "research": 1.6,
    "teacher_professionalisation": 0.8,
    "business_development": 0.6,
    "project_management": 0.9,
}
WORKPLACES = (
    ("field_lab", "Fieldlab"),
    ("living_lab", "Living lab"),
    ("community_of_practice", "Community of practice"),
    ("digital_workplace", "Digitale werkplaats"),
)
TITLES = ("Ontwerp", "Verkenning", "Proefopstelling", "Meetplan", "Kostenvergelijking", "Werkwijze", "Haalbaarheid")

TEAMS = {
    "assignment": (("student", 2.6, 120), ("teacher", 1.1, 28), ("company_employee", 0.8, 20), ("researcher", 0.3, 30),
                   ("project_manager", 0.25, 18), ("expert", 0.15, 8), ("business_developer", 0.12, 10)),
    "technical_question": (("teacher", 1.0, 4), ("expert", 0.4, 3), ("student", 0.4, 6), ("company_employee", 0.3, 2)),
}  # fmt: skip
"""Role, how many of it on one issue, median hours of one person."""
GAINS = {
    "student": (46, 9.0, 0.42),
    "teacher": (64, 4.0, 0.6),
    "researcher": (70, 2.5, 0.5),
    "company_employee": (55, 6.0, 0.4),
    "project_manager": (62, 3.0, 0.3),
    "expert": (72, 1.0, 0.2),
    "business_developer": (60, 3.0, 0.2),
}
"""Level at the start and true gain on 0-100, and the share of people that is measured."""
COMES_BACK = 0.55
"""The share of people once measured before and after that is measured again on a later issue."""
YEARLY = {"zaankade": ("teacher", "researcher")}
"""Who a supplier asks every school year, in September and June, about no issue in particular."""
COMPETENCES = {"collaboration": 2.0, "inquiry": 0.0, "entrepreneurship": -3.0, "digital": 3.5}
"""What a competence adds to the gain."""

PLAN: dict[str, tuple[dict[int, float], tuple[float, ...], int]] = {
    "issues_accepted_count": (
        {2021: 60, 2022: 260, 2023: 310, 2024: 350, 2025: 380, 2026: 410, 2027: 440}, (0.27, 0.22, 0.14, 0.37), 0),
    "solutions_implemented_count": (
        {2021: 10, 2022: 80, 2023: 120, 2024: 140, 2025: 150, 2026: 170, 2027: 190}, (0.26, 0.28, 0.22, 0.24), 0),
    "implementation_rate_pct": ({2022: 35, 2023: 36, 2024: 37, 2025: 38, 2026: 40, 2027: 42}, (1, 1, 1, 1), 1),
    "participants_count": (
        {2021: 150, 2022: 850, 2023: 1000, 2024: 1050, 2025: 1150, 2026: 1450, 2027: 1550}, (1, 1, 1, 1), 0),
    "learning_gain_mean": ({2022: 7, 2023: 7.5, 2024: 8, 2025: 8, 2026: 8.5, 2027: 8.5}, (1, 1, 1, 1), 1),
}  # fmt: skip
"""Yearly national targets, each quarter's part of the year (all of it where the metric looks back a year), decimals."""

STORIES = {
    "immediate": (
        "De bijeenkomst in de werkplaats was leuk; ik zag voor het eerst hoe een proefopstelling gebouwd wordt.",
        "I enjoyed the first afternoon; everyone's question was taken seriously.",
        "Ik kwam voor één vraag en ging met drie namen van mensen naar huis.",
    ),
    "potential": (
        "Ik weet nu wie ik moet bellen; dat heb ik nog niet nodig gehad, maar het geeft rust.",
        "I learned to read a measuring plan. I have not used it yet, but I will.",
        "De docent liet zien hoe je een storing in stappen zoekt: eerst kijken, dan meten, dan pas draaien.",
    ),
    "applied": (
        "We gebruiken de checklist van de studenten nu bij elke oplevering.",
        "I used the interview method in my next project, with 6 < 8 questions & more time to listen.",
        "De meetopstelling uit de opdracht staat nu in ons practicum; tweedejaars werken ermee.",
    ),
    "realized": (
        "De machine staat nu 2 uur per week stil in plaats van 6; dat was het doel.",
        "Our scrap went down by a third after the change that the team proposed.",
    ),
    "reframing": (
        'We dachten dat we een robot nodig hadden; het was de vraag "waarom tillen wij dit?" die hielp.',
        "I used to ask students for an answer; now I ask them for a better question.",
    ),
    "strategic": (
        "De directie praat nu elk kwartaal met de school over wat eraan komt.",
        "The programme board moved a budget line after seeing what the teams had found.",
    ),
    "enabling": (
        "Zonder een vaste plek en een vaste middag was het niet gelukt.",
        "The project leader kept the door open: one room, one calendar, one place for the drawings.",
    ),
}

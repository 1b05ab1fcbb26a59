"""Who takes part: companies, schools and public bodies, their membership, agreements and targets. Synthetic."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

from scenario import (
    CAPABILITY_FTE,
    CONTRIBUTIONS,
    HORIZON,
    INSTITUTIONS,
    NAMES,
    PARTNERSHIPS,
    PLAN,
    SECTORS,
    SHARED_COMPANIES,
    SIZES,
    THEMES,
    WORKPLACES,
)
from supplier import Company, Draw, Supplier, seen, workday


def dutch_regions() -> list[dict[str, str]]:
    with (files("ppp_metrics") / "records" / "regions.csv").open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["region_code"].startswith("NL")]


def codes_of_2021() -> dict[str, str]:
    """The 2021 code by the 2024 code of each area that got another one."""
    return {row["current_code"]: row["region_code"] for row in dutch_regions() if row["nuts_version"] == "2021"}


def all_companies() -> dict[str, list[Company]]:
    """The companies by supplier; those of `SHARED_COMPANIES` stand at two, under one registration number."""
    draw = Draw(0)
    areas = [row for row in dutch_regions() if row["level"] == "3" and row["nuts_version"] == "2024"]
    pairs = [f"{animal} & {plant}" for animal in NAMES[0] for plant in NAMES[1]]
    names = draw.some(pairs, len(pairs))
    found: dict[str, list[Company]] = {}
    for partnership in PARTNERSHIPS:
        own = found[partnership.supplier] = []
        for province in (code for code, number in partnership.companies.items() for _ in range(number)):
            within = [area["region_code"] for area in areas if area["parent_code"] == province]
            serial = 1001 + sum(map(len, found.values()))
            sector, trade = draw.pick(list(SECTORS.items()))
            early = draw.chance(0.35)
            entry = partnership.start if early else draw.between(partnership.start, HORIZON - timedelta(days=90))
            own.append(
                Company(
                    f"{names.pop()} {trade} (fictief)",
                    draw.pick(within) if draw.chance(0.85) else province,
                    draw.pick((*SIZES, None), (0.22, 0.36, 0.24, 0.14, 0.04)),
                    sector,
                    draw.maybe(0.94, f"{serial:08d}"),
                    draw.around(1.0, 0.8),
                    draw.pick(THEMES, [theme.share for theme in THEMES]),
                    entry,
                    draw.between(entry, HORIZON) if draw.chance(0.12) else HORIZON,
                )
            )
    for home, guest, number in SHARED_COMPANIES:
        known = [company for company in found[home] if company.registration_number][:number]
        found[guest] += [replace(company, weight=company.weight / 3) for company in known]
    return found


def register(s: Supplier) -> None:
    """The partnership, its partners with what they contribute and can do, its workplaces and the themes."""
    p, draw = s.partnership, s.draw
    s.add("partnerships", partnership_id=p.supplier, name=f"Leergemeenschap {p.name} (fictief)",
          region_code=s.region(p.region), programme=p.programme, phase=p.phase, start_date=p.start)  # fmt: skip
    for theme in THEMES:
        if not any(row["theme_code"] == theme.parent for row in s.tables.get("themes", [])):
            english, dutch = theme.parent_names
            s.add("themes", theme_code=theme.parent, name_en=english, name_nl=dutch)
        s.add("themes", theme_code=theme.code, name_en=theme.name_en, name_nl=theme.name_nl,
              parent_code=theme.parent)  # fmt: skip
    for number, (kind, name, size, sector) in enumerate(INSTITUTIONS, start=1):
        partner_id = f"p{number:03d}"
        s.institutions.setdefault(kind, []).append(partner_id)
        s.add("partners", partner_id=partner_id, name=f"{name.format(place=p.name)} (fictief)", partner_type=kind,
              size_class=size, sector_code=sector, region_code=s.region(next(iter(p.companies))))  # fmt: skip
        join(s, partner_id, kind, p.start, "lead" if number == 1 else "member")
    for company in s.companies:
        s.add("partners", partner_id=company.partner_id, name=company.name, partner_type="company",
              size_class=company.size_class, sector_code=company.sector_code,
              registration_number=company.registration_number, region_code=s.region(company.region_code))  # fmt: skip
        if draw.chance(0.5):
            join(s, company.partner_id, "company", draw.between(company.entry, HORIZON), "member")
    for partner_id in s.institutions["university_of_applied_sciences"] + s.institutions["vocational_institution"]:
        for capability, fte in CAPABILITY_FTE.items():
            if capability not in p.lacks and draw.chance(0.7):
                s.add("capabilities", partner_id=partner_id, capability=capability,
                      fte=max(0.1, round(draw.around(fte, 0.4), 1)), start_date=p.start)  # fmt: skip
    for number, (kind, name) in enumerate(WORKPLACES[: p.workplaces], start=1):
        opened = date(2023, 3 * number - 7, 3) if number > 2 else p.start
        s.add("workplaces", workplace_id=f"w{number}", partnership_id=p.supplier,
              name=f"{name} {p.name} (fictief)", workplace_type=kind, opened_date=opened,
              closed_date=date(2025, 7, 4) if number == 4 else None)  # fmt: skip


def join(s: Supplier, partner_id: str, kind: str, joined: date, role: str) -> None:
    cash, in_kind = (round(s.draw.around(euro, 0.6) / 500) * 500 for euro in CONTRIBUTIONS[kind])
    left = seen(s.draw.later(joined, 700)) if role == "member" and s.draw.chance(0.12) else None
    s.add("memberships", partnership_id=s.partnership.supplier, partner_id=partner_id, member_role=role,
          joined_date=joined, left_date=left, cash_eur=cash, in_kind_eur=in_kind)  # fmt: skip


def agree(s: Supplier) -> None:
    """Agreements with the companies that come often: an obligation and a committed flow, renewed or not."""
    draw, p = s.draw, s.partnership
    total = sum(company.weight for company in s.companies)
    years = (HORIZON - p.start).days / 365
    for company in sorted(s.companies, key=lambda c: -c.weight)[: len(s.companies) * 9 // 20]:
        flow = max(0.5, round(2 * draw.around(1.1, 0.2) * p.issues * company.weight / total / years) / 2)
        signed: date | None = seen(draw.later(company.entry, 20))
        while signed:
            end = seen(workday(signed + timedelta(days=730))) if draw.chance(0.7) else None
            obligation = "result" if draw.chance(company.theme.result_share) else "effort"
            guarantee = draw.chance(0.55 if obligation == "result" else 0.1)
            s.add("agreements", agreement_id=f"a{len(s.tables.get('agreements', [])) + 1:03d}",
                  partnership_id=p.supplier, partner_id=company.partner_id, signed_date=signed, end_date=end,
                  obligation=obligation, fee_eur=round(draw.around(6000) / 250) * 250,
                  quality_guarantee=guarantee, assignments_per_year=flow)  # fmt: skip
            signed = seen(draw.later(end, 25)) if end and draw.chance(0.65) else None


def plan(s: Supplier) -> None:
    """Yearly and quarterly targets of `PLAN` by region: counts by the region's share, rates and means as they are."""
    for metric_id, (yearly, quarters, decimals) in PLAN.items():
        periods = [(f"{year}{suffix}", value * part) for year, value in yearly.items()
                   for suffix, part in zip(("", "-Q1", "-Q2", "-Q3", "-Q4"), (1, *quarters), strict=True)]  # fmt: skip
        for region_code, share in s.partnership.region_shares.items():
            for period, value in periods:
                target = round(value, decimals) if decimals else max(1, round(value * share))
                s.add("targets", metric_id=metric_id, period=period, target_value=target, region_code=region_code)

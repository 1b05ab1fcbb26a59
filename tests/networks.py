"""A network small enough to count by hand, and its reports without a kernel.

In the year 2024, 40 issues were accepted: 20 on water (10 implemented within a year, the others delivered) and 20 on
energy (1 implemented, the others still open: those of all 10 companies, 8 in Groningen and 2 in Friesland). In the last
quarter of 2025, 3 were proposed. In 2025, 12 students, 6 teachers and 3 company employees worked on an issue; the
students gained 10, 11 ... 21 points, 15.5 on average. Nobody sent interactions or value stories.
"""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ppp_metrics.reporting.html import about_foot
from ppp_metrics.reporting.manifest import Report
from tests.deliveries import deliver
from tools.project_files import ROOT

PERIOD = "2025-Q4"
NOTEBOOKS = ROOT / "notebooks"
ISSUE_IN = {"NL11": "water1", "NL12": "water9"}
"""An issue in each of the two provinces."""
THEME = 'Water & <b>"wind"</b>'


def make_network(folder: Path, **changed: str) -> Path:
    """A workspace in `folder` with the network loaded into it; `changed` are files in place of its own."""
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    shutil.copytree(ROOT / "expectations", folder / "expectations")
    notice = '[notice]\nnl = "Verzonnen <gegevens>."\nen = "Made up <data>."\n'
    (folder / "ppp.toml").write_text(f'name = "Net & Werk"\n\n{notice}', encoding="utf-8")
    deliver(folder, {f"{name}.csv": text for name, text in {**network_files(), **changed}.items()}, "north")
    return folder


def network_files() -> dict[str, str]:
    """Table -> CSV."""
    companies = [
        f"c{at},Company {at},company,{'small' if at <= 6 else 'large'},{'NL114' if at <= 8 else 'NL127'}"
        for at in range(1, 11)
    ]
    issues, outcomes = [], []
    for theme, obligation, implemented, delivered in (("water", "result", 10, 20), ("energy", "effort", 1, 1)):
        for at in range(1, 21):
            key = f"{theme}{at}"
            status = "implemented" if at <= implemented else "delivered" if at <= delivered else "in_progress"
            issues.append(f"{key},c{(at - 1) % 10 + 1},{theme},product,{obligation},{status},2024-02-01,2024-03-01")
            used = "2024-09-01" if at <= implemented else ""
            outcomes += [f"{key},{key},2024-06-01,{used},yes,product"] if at <= delivered else []
    issues += [f"new{at},c{at},water,process,result,proposed,2025-11-01," for at in (1, 2, 3)]
    people = [f"s{at:02},student,school" for at in range(1, 13)]
    people += [f"t{at},teacher,school" for at in range(1, 7)] + [f"m{at},company_employee,c1" for at in range(1, 4)]
    measured = [
        f"s{at + 1:02},collaboration,pre_post,{moment},{day},{score},0,100,energy1"
        for at in range(12)
        for moment, day, score in (("pre", "2025-03-01", 40), ("post", "2025-10-01", 50 + at))
    ]
    return {
        "partners": _csv(
            "partner_id,name,partner_type,size_class,region_code",
            [*companies, "school,School,university_of_applied_sciences,,NL114"],
        ),
        "themes": _csv(
            "theme_code,name_en,name_nl",
            ['water,"Water & <b>""wind""</b>",Water', "energy,Energy,Energie", "care,Care,Zorg"],
        ),
        "issues": _csv(
            "issue_id,partner_id,theme_code,innovation_type,obligation,status,proposed_date,accepted_date", issues
        ),
        "outcomes": _csv(
            "outcome_id,issue_id,delivered_date,implemented_date,accepted_by_company,innovation_type", outcomes
        ),
        "participants": _csv("participant_id,role,partner_id", people),
        "participations": _csv(
            "participant_id,issue_id,start_date,end_date",
            [f"{person.split(',')[0]},energy1,2025-02-01,2025-11-30" for person in people],
        ),
        "assessments": _csv(
            "participant_id,competence_code,design,moment,assessed_date,score,scale_min,scale_max,issue_id", measured
        ),
        "targets": _csv("metric_id,period,target_value", ["implementation_rate_pct,2025,25"]),
    }


def people_files(counts: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Table -> CSV of so many people a province and role, each on an issue there and measured before and after."""
    names = [
        (f"{area}-{role}-{at}", role, area)
        for area, roles in counts.items()
        for role, count in roles.items()
        for at in range(count)
    ]
    return {
        "participants": _csv("participant_id,role", [f"{name},{role}" for name, role, _ in names]),
        "participations": _csv(
            "participant_id,issue_id,start_date,end_date",
            [f"{name},{ISSUE_IN[area]},2025-01-10,2025-12-01" for name, _, area in names],
        ),
        "assessments": _csv(
            "participant_id,competence_code,design,moment,assessed_date,score,scale_min,scale_max,issue_id",
            [
                f"{name},collaboration,pre_post,{moment},{day},{score + at % 7},0,100,{ISSUE_IN[area]}"
                for at, (name, _, area) in enumerate(names)
                for moment, day, score in (("pre", "2025-03-01", 40), ("post", "2025-10-01", 44))
            ],
        ),
    }


def run_notebook(name: str, **parameters: str) -> Any:
    """The notebook with the outputs of its cells, run in this process as a kernel would."""
    import nbformat

    notebook = nbformat.reads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"), as_version=4)
    seen: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        *body, last = ast.parse(cell.source).body
        for statement in [*body, last] if not isinstance(last, ast.Expr) else body:
            exec(compile(ast.Module([statement], []), name, "exec"), seen)
        if "parameters" in cell.metadata.get("tags", []):
            seen |= parameters
        if isinstance(last, ast.Expr):
            data, metadata = eval(compile(ast.Expression(last.value), name, "eval"), seen)._repr_mimebundle_()
            # what Jupyter sends is JSON
            output = json.loads(json.dumps({"data": data, "metadata": metadata}))
            cell.outputs.append(nbformat.v4.new_output("display_data", **output))
    return notebook


def listed(notebook: Any, lang: str) -> Report:
    """The report of an executed notebook on the Netherlands as a manifest has it, as far as numbers are read by it."""
    unused = ("file", "notebook", "title", "network", "area", "fingerprint", "version", "inputs", "records", "sha256")
    about = about_foot(notebook)
    told: dict[str, Any] = {name: about[name] for name in ("as_of", "questions", "groups", "withheld")}
    told |= dict.fromkeys(unused, "")
    return Report(**told, period=PERIOD, region="NL", lang=lang, edition="coordinator")


def _csv(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"

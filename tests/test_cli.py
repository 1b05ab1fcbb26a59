"""The command line as its user meets it: what is printed, where, and with which exit code."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from ppp_metrics import cli
from tests.deliveries import ISSUES, PARTNERS

Answer = tuple[int, str, str]
Command = Callable[..., Answer]


@pytest.fixture
def ppp(tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `ppp-metrics` in a new workspace: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PPP_METRICS_LANG", "en")
    (tmp_path / "ppp.toml").write_text('name = "Noord"\n')

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr("sys.argv", ["ppp-metrics", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def loaded(tmp_path: Path, ppp: Command) -> Command:
    """The same, with a supplier's two partners and an issue loaded, and one partner put aside."""
    send(tmp_path / "noord", {"partners.csv": PARTNERS + "c3,Cee,shop,NL11\n", "issues.csv": ISSUES})
    assert ppp("load", "noord")[0] == 0
    return ppp


def send(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_init_makes_a_workspace_that_works_at_once(tmp_path: Path, ppp: Command) -> None:
    code, _, _ = ppp("init", "new")
    assert code == 0
    assert {"ppp.toml", "notebooks", "expectations", "reports", "data"} <= {path.name for path in Path("new").iterdir()}
    assert list(Path("new/notebooks").glob("*.ipynb"))
    assert list(Path("new/expectations").glob("*.json"))
    assert openpyxl.load_workbook("new/data/template.xlsx").sheetnames[0] == "Partnerships"
    assert ppp("init", "new") == (2, "", "new is a workspace already.\n")
    code, _, err = ppp("status", "--workspace", "new")
    assert (code, "Nothing has been loaded yet" in err) == (1, True)


def test_the_command_that_init_prints_works_as_it_is_printed(tmp_path: Path, ppp: Command) -> None:
    out = ppp("init", "our region")[1]
    command = shlex.split(next(line for line in out.splitlines() if "ppp-metrics load" in line))
    book = openpyxl.load_workbook("our region/data/template.xlsx")
    book["Themes"].append(["water", "Water"])
    book.save("our region/data/template.xlsx")
    assert ppp(*command[1:])[0] == 0
    state = json.loads(ppp("status", "--json", "--workspace", "our region")[1])
    assert [supplier["supplier"] for supplier in state["suppliers"]] == ["our region"]


ASKED = {
    "template": ("t.xlsx",),
    "load": ("noord",),
    "erase": ("--supplier", "noord"),
    "compute": ("issues_proposed_count", "--period", "2026"),
    "report": ("--period", "2026"),
    "export": ("--period", "2026", "--out", "e.xlsx"),
}
"""What a verb needs beside its workspace."""


@pytest.mark.parametrize("verb", [str(command.callback.__name__) for command in cli.app.registered_commands])  # type: ignore[union-attr]
def test_every_verb_takes_a_workspace_by_option_and_from_the_environment(
    verb: str, ppp: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (verb, *ASKED.get(verb, ()))
    if verb == "init":
        assert ppp(*asked, "--workspace", "new")[0] == 0
        assert Path("new/ppp.toml").is_file()
        return
    monkeypatch.chdir(Path("..").resolve())
    missing = "nowhere is not a workspace: it holds no ppp.toml. Make one with `ppp-metrics init nowhere`, or name"
    assert ppp(*asked, "--workspace", "nowhere")[2].startswith(missing)
    monkeypatch.setenv("PPP_METRICS_WORKSPACE", "nowhere")
    code, out, err = ppp(*asked)
    assert (code, out, err.startswith(missing)) == (2, "", True)


def test_load_says_what_became_of_the_rows(loaded: Command) -> None:
    code, out, err = loaded("load", "noord")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "  table     rows  kept  put aside  repeats",
        "  partners     3     2          1        0",
        "  issues       1     1          0        0",
        "Put aside: rows 1, cells 0. `ppp-metrics quarantine` says which and why.",
    ]


def test_load_json(loaded: Command) -> None:
    answer = json.loads(loaded("load", "noord", "--json", "--as", "north", "--yes")[1])
    assert answer["quarantined_rows"] == 1
    assert answer["loads"][0]["supplier"] == "north"
    assert answer["loads"][0]["tables"]["issues"] == {"rows": 1, "kept": 1, "quarantined": 0, "repeats": 0}


CHANGED = {
    "partners.csv": PARTNERS.replace("c2,Bee,company,NL12", "c4,Dee,company,NL12") + "c3,Cee,shop,NL11\n",
    "issues.csv": ISSUES.replace("proposed,2026", "accepted,2026"),
}
"""Partner c2 is gone, c4 new, the issue another."""

DIFFERENCE = [
    "  table     before  now  new  changed  gone",
    "  partners       2    2    1        0     1",
    "  issues         1    1    0        1     0",
    "  partners: gone: c2.",
    "",
]


def test_what_would_vanish_is_shown_and_refused_where_nobody_can_be_asked(loaded: Command, tmp_path: Path) -> None:
    send(tmp_path / "noord", CHANGED)
    code, out, err = loaded("load", "noord")
    assert code == 1
    assert out.splitlines()[0].startswith("noord, compared with its load of 20")
    assert out.splitlines()[1:] == DIFFERENCE
    assert err == (
        "noord would lose 1 of its 2 keys in partners. Nothing was loaded. `--dry-run` shows more; where this is "
        "meant, add `--yes` (in Python: yes=True).\n"
    )
    code, out, _ = loaded("load", "noord", "--json")
    assert (code, out) == (1, "")
    assert json.loads(loaded("status", "--json")[1])["suppliers"][0]["load_id"] == 1
    code, out, err = loaded("load", "noord", "--yes")
    assert (code, out.splitlines()[1:6], err) == (0, DIFFERENCE, "")


def test_a_dry_run_prints_the_difference_and_what_would_be_put_aside(loaded: Command, tmp_path: Path) -> None:
    send(tmp_path / "noord", CHANGED)
    code, out, err = loaded("load", "noord", "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:6] == DIFFERENCE
    assert "noord: partners.csv, row 4, partner_type 'shop': This is not one of" in out
    assert "`ppp-metrics quarantine`" not in out
    assert out.splitlines()[-2:] == [
        "Nothing was loaded.",
        "Without --dry-run this is asked first in a terminal, and needs --yes elsewhere.",
    ]
    answer = json.loads(loaded("load", "noord", "--dry-run", "--json")[1])["loads"][0]
    assert [(each["table"], each["gone"], each["gone_keys"]) for each in answer["difference"]["tables"]] == [
        ("partners", 1, ["c2"]),
        ("issues", 0, []),
    ]
    assert answer["difference"]["objections"] == ["noord would lose 1 of its 2 keys in partners."]
    assert [entry["value"] for entry in answer["put_aside"]] == ["shop"]


@pytest.mark.parametrize(
    ("lang", "question", "answer", "code"),
    [
        ("en", "Load this all the same? [y/N] ", "y", 0),
        ("nl", "Toch laden? [j/N] ", "ja", 0),
        ("en", "Load this all the same? [y/N] ", "", 1),
        ("en", "Load this all the same? [y/N] ", "x", 1),
    ],
)
def test_in_a_terminal_it_is_asked(
    loaded: Command, tmp_path: Path, lang: str, question: str, answer: str, code: int
) -> None:
    send(tmp_path / "noord", CHANGED)
    shown, ended = in_a_terminal("load", "noord", answer=answer, lang=lang)
    assert question in shown
    assert ended == code
    assert json.loads(loaded("status", "--json")[1])["suppliers"][0]["load_id"] == 2 - code


def in_a_terminal(*arguments: str, answer: str, lang: str) -> tuple[str, int]:
    """What a terminal shows of the command, and its exit code."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "ppp_metrics.cli", *arguments]
    environment = os.environ | {"PPP_METRICS_LANG": lang, "PYTHONPATH": str(Path(cli.__file__).parents[2])}
    os.write(ours, f"{answer}\n".encode())
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as running:
        code = running.wait(timeout=120)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    return shown, code


def test_the_first_loose_file_is_refused_with_a_command_that_works(tmp_path: Path, ppp: Command) -> None:
    assert ppp("init", "new")[0] == 0
    send(tmp_path / "from noord", {"partners.csv": PARTNERS})
    code, _, err = ppp("load", "from noord/partners.csv", "--workspace", "new")
    command = shlex.split(err.split("`")[1])
    assert (code, command[:5]) == (2, ["ppp-metrics", "load", "from noord/partners.csv", "--as", "from noord"])
    assert ppp(*command[1:])[0] == 0
    assert "from noord" in ppp("status", "--workspace", "new")[1]


def test_a_loose_file_needs_its_suppliers_name(loaded: Command) -> None:
    code, out, err = loaded("load", "noord/issues.csv", "noord/partners.csv")
    assert (code, out) == (2, "")
    assert err == "Whose is issues.csv? Say so with --as. These are the suppliers so far: noord.\n"
    assert loaded("load", "noord/issues.csv", "noord/partners.csv", "--as", "noord")[0] == 0
    code, _, err = loaded("load", "noord", "--as", "Noord ")
    assert (code, "There is a supplier 'noord' already" in err) == (2, True)


def test_quarantine_names_the_place_the_reason_and_the_way_out_in_both_languages(
    loaded: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded("quarantine")[1].startswith(
        "noord: partners.csv, row 4, partner_type 'shop': This is not one of the codes: company, "
    )
    monkeypatch.setenv("PPP_METRICS_LANG", "nl")
    assert "rij 4, partner_type 'shop': Dit is niet een van de codes" in loaded("quarantine")[1]
    (entry,) = json.loads(loaded("quarantine", "--json")[1])
    assert (entry["file"], entry["sheet"], entry["row"], entry["column"], entry["value"]) == (
        "partners.csv", None, 4, "partner_type", "shop",
    )  # fmt: skip
    assert entry["reason_en"].startswith("This is not one of")
    assert entry["reason_nl"].startswith("Dit is niet een van")
    assert loaded("quarantine", "--xlsx", "back.xlsx")[0] == 0
    assert openpyxl.load_workbook("back.xlsx").worksheets[0].max_row == 2


def test_status(loaded: Command) -> None:
    state = json.loads(loaded("status", "--json")[1])
    assert (state["tables"]["partners"], state["quarantined"], state["last_check"]) == (2, 1, None)
    assert state["suppliers"][0]["files"] == ["issues.csv", "partners.csv"]
    out = loaded("status")[1]
    assert "Noord" in out
    assert "Not checked yet" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), {"value": 1, "low": None, "n": 1, "unit": "count", "suppressed": False, "note": ""}),
        (("--by", "theme"), {"theme": "water", "value": 1}),
        (("--by", "region2"), {"region2": "NL11", "value": 1}),
        (("--region", "NL12"), {"value": 0}),
        (("--region", "NL1"), {"value": 1}),
        (("--where", "theme=soil"), None),
        (("--known-at", "2020-01-01"), {"value": 0}),
    ],
)
def test_compute_json_has_the_dimensions_then_the_measures(
    loaded: Command, arguments: tuple[str, ...], expected: dict
) -> None:
    code, out, _ = loaded("compute", "issues_proposed_count", "--period", "2026-Q1", "--format", "json", *arguments)
    if expected is None:
        assert code == 2
        return
    (row,) = json.loads(out)
    measures = ["value", "low", "high", "n", "numerator", "denominator", "unit", "suppressed", "note"]
    assert list(row)[-9:] == measures
    assert {name: row[name] for name in expected} == expected


def test_compute_as_csv_and_table(loaded: Command) -> None:
    asked = ("compute", "issues_proposed_count", "--period", "2026", "--by", "theme")
    assert loaded(*asked, "--format", "csv")[1].splitlines() == [
        "theme,value,low,high,n,numerator,denominator,unit,suppressed,note",
        "water,1,,,1,,,count,False,",
    ]
    assert loaded(*asked)[1].splitlines()[1].split() == ["water", "1", "-", "-", "1", "-", "-", "count", "False"]


def test_compute_against_adds_what_each_row_differs_by(loaded: Command) -> None:
    asked = ("compute", "issues_proposed_count", "--period", "2026-Q1", "--by", "theme", "--format", "json")
    (row,) = json.loads(loaded(*asked, "--against", "year")[1])
    assert list(row)[-7:-2] == ["against", "against_value", "difference", "difference_low", "difference_high"]
    assert (row["theme"], row["value"], row["against"], row["against_value"]) == ("water", 1, "2025-Q1", 0)
    assert (row["difference"], row["difference_low"]) == (1, None)
    code, _, err = loaded(*asked, "--against", "targets")
    assert (code, "Did you mean target?" in err) == (2, True)


def test_no_disclosure_control_is_warned_of(loaded: Command) -> None:
    code, _, err = loaded("compute", "issues_proposed_count", "--period", "2026", "--edition", "none")
    assert (code, "must not leave the house" in err) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("compute", "implementation_rate", "--period", "2026"), "Did you mean implementation_rate_pct?"),
        (("compute", "issues_proposed_count", "--period", "2026-Q9"), "'2026-Q9' is not a period"),
        (("compute", "issues_proposed_count", "--period", "2026", "--by", "them"), "Did you mean theme?"),
        (("compute", "participants_count", "--period", "2026", "--by", "agreement"), "no dimension 'agreement'"),
        (("compute", "issues_proposed_count", "--period", "2026", "--region", "NL99"), "NL99"),
        (("compute", "issues_proposed_count", "--period", "2026", "--where", "theme"), "--where takes DIM=VALUE"),
        (("compute", "issues_proposed_count", "--period", "2026", "--known-at", "soon"), "'soon' is not a date"),
        (("compute", "issues_proposed_count", "--period", "2026", "--format", "jsn"), "Did you mean json?"),
        (("compute", "issues_proposed_count", "--period", "2026", "--edition", "founder"), "Did you mean funder?"),
        (("metrics", "issue_proposed_count"), "Did you mean issues_proposed_count?"),
        (("report", "regional_inovation", "--period", "2026-Q1"), "Did you mean"),
        (("report", "--period", "2026-Q1", "--lang", "fr"), "--lang takes nl, en, all"),
        (("template", "t.xls"), "should end in .xlsx"),
        (("load", "noord", "--mapping", "nowhere", "--as", "x"), "not a folder with a mapping"),
        (("status", "--workspace", "/"), "is not a workspace"),
    ],
)
def test_wrong_usage_is_one_sentence_with_the_way_out(
    loaded: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    code, out, err = loaded(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_dimension_that_a_metric_lacks_is_refused_before_anything_is_loaded(ppp: Command) -> None:
    code, _, err = ppp("compute", "issues_proposed_count", "--period", "2026", "--by", "role")
    assert (code, "cannot be sliced by role" in err) == (2, True)


def test_data_that_does_not_allow_it_is_exit_1(loaded: Command) -> None:
    code, out, err = loaded("load", "nowhere.csv")
    assert (code, out, err) == (1, "", "nowhere.csv does not exist.\n")


def test_never_a_traceback_unless_asked(loaded: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppp_metrics.api.OpenWorkspace.status", lambda self: 1 / 0)
    code, _, err = loaded("status")
    assert (code, err.count("\n")) == (1, 1)
    with pytest.raises(ZeroDivisionError):
        loaded("status", "--debug")


def test_metrics_prints_the_catalogue_in_both_languages(ppp: Command) -> None:
    from ppp_metrics.metrics.registry import METRICS

    for lang in ("nl", "en"):
        out = ppp("metrics", "--lang", lang)[1]
        assert all(metric.id in out and metric.label.render(lang) in out for metric in METRICS.values())
    one = json.loads(ppp("metrics", "participants_count", "--json", "--lang", "nl")[1])
    assert (one["id"], one["label"], one["unit"]) == ("participants_count", "Deelnemers", "aantal")
    assert "role" in one["dimensions"]


def test_every_verb_is_in_the_readme() -> None:
    readme = Path(cli.__file__).parents[2].joinpath("README.md").read_text()
    for command in cli.app.registered_commands:
        assert command.callback is not None
        assert f"`{command.callback.__name__}" in readme


def test_help_imports_nothing_heavy() -> None:
    seen = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ppp_metrics.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    imported = {line.rsplit("|", 1)[-1].strip() for line in seen.splitlines()}
    heavy = {"pandas", "duckdb", "numpy", "altair", "papermill", "nbconvert", "great_expectations", "babel", "openpyxl"}
    assert imported & heavy == set()

"""The verbs on what was ever published: show it, and take out what nobody has any more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ppp_metrics.cli.console import say, say_json, say_table
from ppp_metrics.cli.options import Folder, Json, open_workspace
from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import msg, nearest, user_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KINDS = {"report": msg("report"), "export": msg("export"), "remembered": msg("remembered")}

release = typer.Typer(
    name="release",
    help="What was ever published, and what of it was withdrawn.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@release.command("list")
def list_releases(
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Only what was withdrawn, and why.")] = False,
    as_json: Json = False,
    workspace: Folder = Path("."),
) -> None:
    """Show what was published when.

    --withdrawn is the entry for the privacy register.
    """
    lang = user_language()
    listed = [each for each in open_workspace(workspace).releases() if each["withdrawn_at"] or not withdrawn]
    if as_json:
        say_json(listed)
    elif not listed:
        say((msg("Nothing was withdrawn.") if withdrawn else msg("Nothing was published yet.")).render(lang))
    elif withdrawn:
        _say_withdrawn(listed, lang)
    else:
        _say_published(listed, lang)


@release.command("withdraw")
def withdraw_releases(
    names: Annotated[list[str], typer.Argument(metavar="FILE|PERIOD...")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: it is kept for the register.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: Folder = Path("."),
) -> None:
    """Take out what nobody has any more.

    Later releases no longer reckon with it. It stays in the list, as withdrawn.
    """
    lang = user_language()
    ws = open_workspace(workspace)
    if not reason.strip():
        raise UsageError(msg("Say why: --reason is what the privacy register says of it."))
    found = _named(names, [each for each in ws.releases() if not each["withdrawn_at"]])
    _say_published(found, lang)
    if not yes and not _is_accepted(len(found), lang):
        raise DataError(msg("Nothing was withdrawn."))
    ws.withdraw([each["release_id"] for each in found], reason.strip())
    said = msg(
        "Withdrawn: {count}. Whoever still has a copy can still read it: ask for it back. What lies in the folder of "
        "reports is made anew by the next `ppp-metrics report`.",
        count=len(found),
    )
    say(said.render(lang))


def _named(names: Iterable[str], standing: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is called so by its file, its file's name or its period, in the order of publishing."""
    known: dict[str, list[dict[str, Any]]] = {}
    for each in standing:
        for name in {each["file"], Path(each["file"]).name, each["period"]}:
            known.setdefault(name, []).append(each)
    found: dict[int, dict[str, Any]] = {}
    for name in names:
        if name not in known:
            near = nearest(name, known) or " / ".join(sorted({each["period"] for each in standing})) or "-"
            raise UsageError(
                msg("Nothing that stands was published as '{name}'. Did you mean {near}?", name=name, near=near)
            )
        found |= {each["release_id"]: each for each in known[name]}
    return [found[each] for each in sorted(found)]


def _is_accepted(count: int, lang: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise DataError(
            msg(
                "Nothing was withdrawn, as nobody can be asked whether these {count} are meant. Add --yes.", count=count
            )
        )
    sys.stdout.flush()
    question = msg("Withdraw these {count}? Whoever has them may then learn from later ones. [y/N]", count=count)
    sys.stderr.write(question.render(lang) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "j", "ja")


def _say_published(listed: Iterable[dict[str, Any]], lang: str) -> None:
    """A row for each day, kind, period and edition: how many files and numbers."""
    counts: dict[tuple[str, ...], list[int]] = {}
    for each in listed:
        key = (f"{each['published_at']:%Y-%m-%d}", KINDS[each["kind"]].render(lang), each["period"], each["edition"])
        count = counts.setdefault(key, [0, 0, 0, 0])
        more = (1, each["cells"] or 0, each["withheld"] or 0, each["withdrawn_at"] is not None)
        counts[key] = [was + add for was, add in zip(count, more, strict=True)]
    header = [
        *(msg("published"), msg("kind"), msg("period"), msg("edition")),
        *(msg("files"), msg("numbers"), msg("withheld"), msg("withdrawn")),
    ]
    say_table(
        [[each.render(lang) for each in header]]
        + [[*key, *(f"{count:,}" for count in numbers)] for key, numbers in counts.items()]
    )


def _say_withdrawn(listed: Iterable[dict[str, Any]], lang: str) -> None:
    header = [msg("withdrawn"), msg("file"), msg("edition"), msg("published"), msg("reason")]
    say_table(
        [[each.render(lang) for each in header]]
        + [
            [
                f"{each['withdrawn_at']:%Y-%m-%d}",
                each["file"],
                each["edition"],
                f"{each['published_at']:%Y-%m-%d}",
                each["reason"],
            ]
            for each in listed
        ]
    )

"""The verb by which a person says which stories of value may be shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ppp_metrics.cli.console import say, say_json
from ppp_metrics.cli.options import Folder, Json, open_workspace
from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, user_language

if TYPE_CHECKING:
    from ppp_metrics.api import OpenWorkspace
    from ppp_metrics.records.reviews import ToldStory

stories = typer.Typer(help="Say which stories of value may be shown.", no_args_is_help=True, rich_markup_mode=None)
VERDICTS = {True: msg("to be shown"), False: msg("kept back"), None: msg("not read yet")}
ANSWERS = {"p": True, "k": False, "t": True, "a": False}
"""Publish or keep back; in Dutch: toon of achterhouden."""


@stories.callback()
def _stories() -> None:
    """Say which stories of value may be shown."""


@stories.command()
def review(
    approve: Annotated[list[str] | None, typer.Option("--approve", metavar="ID", help="Show this story.")] = None,
    reject: Annotated[list[str] | None, typer.Option("--reject", metavar="ID", help="Keep this one back.")] = None,
    approve_all: Annotated[
        bool, typer.Option("--approve-all", help="Show every story that nobody has said anything of: you read them.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Print all stories, and decide on none.")] = False,
    as_json: Json = False,
    workspace: Folder = Path("."),
) -> None:
    """Read the stories that wait, one by one, and say which may be shown.

    A report shows no story before that. A story that is changed is read anew.
    """
    lang = user_language()
    ws = open_workspace(workspace)
    told = ws.stories()
    waiting = [story for story in told if story.is_approved is None]
    if listed or (as_json and not (approve or reject or approve_all)):
        _list(told, as_json, lang)
        return
    if approve or reject or approve_all:
        verdicts = {story.story_id: True for story in waiting} if approve_all else {}
        verdicts |= dict.fromkeys(approve or (), True) | dict.fromkeys(reject or (), False)
        ws.review_stories(verdicts)
    elif waiting:
        _ask(ws, waiting, lang)
    told = ws.stories()
    if as_json:
        _list(told, as_json, lang)
        return
    counts = {name: sum(story.is_approved is verdict for story in told) for verdict, name in _NAMES.items()}
    say(msg("Stories to be shown: {shown}, kept back: {kept}, not read yet: {waiting}.", **counts).render(lang))


_NAMES = {True: "shown", False: "kept", None: "waiting"}


def _list(told: Iterable[ToldStory], as_json: bool, lang: str) -> None:
    if as_json:
        say_json([story.to_dict() for story in told])
        return
    for story in told:
        say(f"{story.story_id}  {story.supplier}, {story.story_date}, {VERDICTS[story.is_approved].render(lang)}")
        say(f"  {story.story}")


def _ask(ws: OpenWorkspace, waiting: list[ToldStory], lang: str) -> None:
    """Each verdict is kept at once, so that nobody reads a story twice. Raises UsageError where there is nobody."""
    if not sys.stdin.isatty():
        raise UsageError(
            msg(
                "{count} stories wait to be read, and there is nobody to ask here. `--list` shows them; "
                "`--approve ID` and `--reject ID` decide.",
                count=len(waiting),
            )
        )
    for number, story in enumerate(waiting, start=1):
        say(f"\n{number}/{len(waiting)}  {story.supplier}, {story.story_date}\n{story.story}")
        say(msg("Does it tell who told it, or of somebody else? (p)ublish, (k)eep back, (l)ater, (q)uit:").render(lang))
        answer = sys.stdin.readline().strip().casefold()[:1]
        if answer in ("", "q", "s"):
            return
        if answer in ANSWERS:
            ws.review_stories({story.story_id: ANSWERS[answer]})

"""The ppp-metrics command: one thin function a verb, a module a family of verbs.

Exit 0: done. 1: the data does not allow it. 2: wrong usage. Errors are one or two sentences on stderr.
"""

from __future__ import annotations

import sys

import typer

from ppp_metrics.cli.console import complain
from ppp_metrics.cli.numbers import compute, metrics
from ppp_metrics.cli.records import check, erase, init, load, quarantine, status, template
from ppp_metrics.cli.releases import release
from ppp_metrics.cli.reports import audit, export, lab, report
from ppp_metrics.cli.stories import stories
from ppp_metrics.errors import PppError
from ppp_metrics.language import msg, user_language

app = typer.Typer(
    name="ppp-metrics",
    help="What a region's innovation and learning came to, in numbers that survive an audit.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 110},
)

for verb in (
    *(init, template, load, status, erase, quarantine, check),
    *(metrics, compute),
    *(report, export, audit, lab),
):
    app.command()(verb)
app.add_typer(stories, name="stories")
app.add_typer(release)


def main() -> None:
    """Runs the command; failures become a sentence on stderr and an exit code."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app(args=[argument for argument in arguments if argument != "--debug"])
    except PppError as error:
        if debug:
            raise
        complain(error.message.render(user_language()))
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:
        if debug:
            raise
        sentence = msg(
            "Something went wrong that should not: {kind}: {error}. `--debug` shows where.",
            kind=type(error).__name__,
            error=" ".join(str(error).split())[:300],
        )
        complain(sentence.render(user_language()))
        raise SystemExit(1) from None

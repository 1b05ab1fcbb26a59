"""The templates of template/, filled in in a reader's language."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ppp_metrics.language import Label, Message
from ppp_metrics.reporting import words

if TYPE_CHECKING:
    from jinja2 import Environment

COMMAND = re.compile(r"`(ppp-metrics [^`]+)`")


@cache
def templates(lang: str) -> Environment:
    """The templates of template/: messages speak `lang`, and everything is escaped that is not marked as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(str(files("ppp_metrics.reporting") / "template")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value.render(lang) if isinstance(value, (Message, Label)) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def said(value: str | Message | Label) -> str:
        return value if isinstance(value, str) else value.render(lang)

    environment.filters["breakable"] = lambda value: words.breakable(said(value))
    # every second part is a command
    environment.filters["commands"] = lambda value: COMMAND.split(said(value))
    return environment

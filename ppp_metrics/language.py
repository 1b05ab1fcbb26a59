"""Dutch and English: messages from gettext catalogues, numbers and dates by Babel.

The English sentence in the code is the key; `locale/nl/LC_MESSAGES/*.po` holds the Dutch, one catalogue a wing of the
package. A sentence to translate is always written inside `msg(...)`, which is what the completeness test looks for.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Label:
    """A name in both languages."""

    en: str
    nl: str

    def render(self, lang: str) -> str:
        return self.nl if lang == "nl" else self.en


@dataclass(frozen=True)
class Message:
    """A sentence with named places, rendered in the reader's language as late as possible."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def render(self, lang: str) -> str:
        template = catalogue(lang).get(self.text, self.text)
        return template.format(**{name: _rendered(value, lang) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.render("en")


def msg(text: str, /, **values: Any) -> Message:
    """A translatable sentence; values may be labels or messages themselves, or several of them, said one by one."""
    return Message(text, values)


def _rendered(value: Any, lang: str) -> Any:
    if isinstance(value, tuple):
        return " ".join(str(_rendered(each, lang)) for each in value)
    return value.render(lang) if isinstance(value, (Label, Message)) else value


@cache
def catalogue(lang: str) -> dict[str, str]:
    """English sentence -> sentence in `lang`; empty for English, the source language."""
    folder = files("ppp_metrics") / "locale" / lang / "LC_MESSAGES"
    if lang == "en" or not folder.is_dir():
        return {}
    from babel.messages.pofile import read_po

    sentences: dict[str, str] = {}
    for resource in sorted(folder.iterdir(), key=lambda item: item.name):
        if resource.name.endswith(".po"):
            with resource.open("rb") as stream:
                translated = (entry for entry in read_po(stream) if entry.id and entry.string)
                sentences |= {str(entry.id): str(entry.string) for entry in translated}
    return sentences


def user_language() -> str:
    """The language of the person at the keyboard: PPP_METRICS_LANG, else the locale, else English."""
    for variable in ("PPP_METRICS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "nl" if value.lower().startswith("nl") else "en"
    return "en"


def format_number(value: float, lang: str, decimals: int = 0) -> str:
    """`1300.5` as `1.300,5` (nl) or `1,300.5` (en), always with `decimals` decimals."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=lang)


def format_date(day: date, lang: str) -> str:
    """`30 september 2026` (nl) or `30 September 2026` (en)."""
    from babel.dates import format_date as babel_format_date

    return babel_format_date(day, format="d MMMM y", locale=lang)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name a mistyped one was probably meant to be, or None when nothing comes near."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.65)
    return by_folded[found[0]] if found else None

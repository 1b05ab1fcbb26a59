"""Dutch and English from one source."""

from __future__ import annotations

from datetime import date

import pytest

from ppp_metrics.language import Label, format_date, format_number, msg, nearest, user_language


def test_a_message_is_rendered_in_the_readers_language() -> None:
    message = msg("{file} is empty. Export it again, or leave it out.", file="a.csv")
    assert message.render("en") == "a.csv is empty. Export it again, or leave it out."
    assert message.render("nl") == "a.csv is leeg. Exporteer het opnieuw, of laat het weg."


def test_values_are_rendered_in_the_same_language() -> None:
    message = msg(
        "{place}: column '{column}' is refused and was not read: {reason} has no place here.",
        place="a.csv",
        column="bsn",
        reason=Label("a number", "een nummer"),
    )
    assert "een nummer" in message.render("nl")


@pytest.mark.parametrize(
    ("lang", "number", "day"), [("nl", "1.300,5", "30 september 2026"), ("en", "1,300.5", "30 September 2026")]
)
def test_numbers_and_dates(lang: str, number: str, day: str) -> None:
    assert format_number(1300.5, lang, 1) == number
    assert format_date(date(2026, 9, 30), lang) == day


def test_the_nearest_name_or_none() -> None:
    assert nearest("implementation_rate", ["implementation_rate_pct", "issues"]) == "implementation_rate_pct"
    assert nearest("zzz", ["implementation_rate_pct"]) is None


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LANG": "nl_NL", "PPP_METRICS_LANG": "en"}, "en"),
    ],
)
def test_the_users_language(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], lang: str) -> None:
    for name in ("PPP_METRICS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert user_language() == lang

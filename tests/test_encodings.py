"""An encoding other than UTF-8 is found by the letters it gives, and always told; what cannot be told apart is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.records.encodings import find_encoding, named_encoding

DUTCH = "Café Zuid;Coöperatie Één;geïmplementeerd;’s-Hertogenbosch – € 1.300;België"
POLISH = "Zażółć gęślą jaźń;Łódź;Współpraca z firmą;Gdańsk"
CZECH = "Škoda Plzeň;Český Těšín;Vysoké učení technické"
HUNGARIAN = "Győr;Műszaki Főiskola;Széchenyi István Egyetem"
GREEK = "Αθήνα;Θεσσαλονίκη;εταιρεία;Έρευνα"
TURKISH = "Şişli Teknoloji Geliştirme Bölgesi;Eğitim ve Öğretim;İstanbul;Muğla"
BULGARIAN = "София;Технически университет"
LITHUANIAN = "Šiauliai;Panevėžys;Žalgirio įmonė"
GERMAN = "Müller & Söhne;Straße;Köln"
SPANISH = "Universidad de Málaga;España;¿Qué?"
DANISH = "Københavns Universitet;Ærø;Ålborg"


def write(folder: Path, text: str, encoding: str) -> Path:
    path = folder / "partners.csv"
    path.write_bytes(
        ("partner_id;name\n" + "".join(f"{at};{name}\n" for at, name in enumerate(text.split(";")))).encode(encoding)
    )
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (DUTCH, "cp1252"),
        (DUTCH, "mac_roman"),
        (DUTCH.replace("–", "-").replace("€ ", "").replace("’", "'"), "cp850"),
        (DUTCH.replace("–", "-").replace("€ ", "").replace("’", "'"), "cp437"),
        (DUTCH.replace("–", "-").replace("’", "'"), "iso8859-15"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (POLISH, "cp852"),
        (CZECH, "cp1250"),
        (HUNGARIAN, "cp1250"),
        (GREEK, "cp1253"),
        (GREEK, "iso8859-7"),
        (TURKISH, "cp1254"),
        (BULGARIAN, "cp1251"),
        (LITHUANIAN, "cp1257"),
        (GERMAN, "cp1252"),
        (SPANISH, "cp1252"),
        (DANISH, "cp1252"),
    ],
)
def test_the_text_is_read_as_it_was_written_and_the_encoding_told(tmp_path: Path, text: str, encoding: str) -> None:
    path = write(tmp_path, text, encoding)
    found = find_encoding(path, path.read_bytes())
    assert path.read_bytes().decode(found.name) == path.read_bytes().decode(encoding)
    assert "is not in UTF-8" in str(found.notices[0])


@pytest.mark.parametrize("text", ["Muğla", "ręka", "fenêtre"])
def test_one_letter_that_several_languages_have_is_told_as_that(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text, {"Muğla": "cp1254", "ręka": "cp1250", "fenêtre": "cp1252"}[text])
    assert "may as well be" in str(find_encoding(path, path.read_bytes()).notices[0])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_is_certain(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, DUTCH, encoding)
    found = find_encoding(path, path.read_bytes())
    assert path.read_text(encoding=found.name).removeprefix("\ufeff").startswith("partner_id;name\n0;Café")
    assert found.notices == []


def test_a_file_of_two_encodings_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    path.write_bytes("id;name\n1;Café\n".encode() + "2;Café\n".encode("cp1252"))
    with pytest.raises(DataError, match="line 3 is not"):
        find_encoding(path, path.read_bytes())


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Windows-1250", "cp1250"),
        ("cp1250", "cp1250"),
        ("latin-1", "iso8859-1"),
        ("UTF8", "utf-8-sig"),
        ("IBM850", "cp850"),
    ],
)
def test_an_encoding_is_named_as_people_name_it(name: str, known: str) -> None:
    assert named_encoding(name) == known


@pytest.mark.parametrize(("name", "guess"), [("cp125", "cp125"), ("utf-9", "utf-"), ("hex", "")])
def test_an_unknown_encoding_is_refused_with_the_nearest(name: str, guess: str) -> None:
    with pytest.raises(UsageError, match=f"Did you mean: .*{guess}"):
        named_encoding(name)

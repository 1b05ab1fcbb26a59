"""Which encoding a text file is in: UTF-8 and UTF-16 are certain, of the others the most likely one is told.

The bytes of an older encoding fit many. Each is judged by the letters it gives: those of one language's alphabet, in
places where letters stand.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import Label, Message, msg, nearest

CHUNK = 1 << 20
WORDS = 5000
# the letters beyond ASCII of each language, behind the bar those that are seldom written
ALPHABETS = {
    "western": (
        "éëïöü|äáíóúèêçàôûîâñß",
        "äöüß|é",
        "éèàêçôîâ|ëïùûœæüÿ",
        "áéíñóú|ü",
        "ãáçéíõóú|âàêô",
        "àèéìòù|íîóú",
        "æøåéäö|ü",
    ),
    "central": ("ąćęłńóśźż|", "áčďéěíňóřšťúůýž|", "áčéíľňóôšťúýž|äďĺŕ", "áéíóöőúüű|", "ăâîşţ|", "čćđšž|"),
    "greek": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ|ϊϋΐΰ",),
    "turkish": ("çğıöşüİ|âîû",),
    "baltic": ("ąčęėįšųūž|", "āčēģīķļņšūž|", "äõöü|šž"),
    "cyrillic": ("абвгдежзийклмнопрстуфхцчшщъыьэюяіїє|ёґ",),
}
LABELS = {
    "western": Label("Western European", "West-Europees"),
    "central": Label("Central European", "Midden-Europees"),
    "greek": Label("Greek", "Grieks"),
    "turkish": Label("Turkish", "Turks"),
    "baltic": Label("Baltic", "Baltisch"),
    "cyrillic": Label("Cyrillic", "Cyrillisch"),
}
# the more common ones first: of those that read a file equally well, the first is taken
CANDIDATES = (
    ("cp1252", "Windows-1252", "western"),
    ("cp1250", "Windows-1250", "central"),
    ("cp1253", "Windows-1253", "greek"),
    ("cp1254", "Windows-1254", "turkish"),
    ("cp1251", "Windows-1251", "cyrillic"),
    ("cp1257", "Windows-1257", "baltic"),
    ("iso8859-15", "ISO-8859-15", "western"),
    ("iso8859-2", "ISO-8859-2", "central"),
    ("iso8859-7", "ISO-8859-7", "greek"),
    ("mac_roman", "Mac Roman", "western"),
    ("cp850", "CP850", "western"),
    ("cp852", "CP852", "central"),
    ("mac_latin2", "Mac Latin 2", "central"),
    ("mac_greek", "Mac Greek", "greek"),
    ("cp737", "CP737", "greek"),
    ("cp857", "CP857", "turkish"),
)
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# between letters only an apostrophe or a hyphen stands; the rest stands beside words and numbers
WITHIN_WORDS = "’‘'´`·-–­"
BESIDE_WORDS = "€£§°²³½¼¾«»„“”‘’‚–—…•·×±µ©®™¿¡ªº\xa0"
WORD = re.compile(rb"[^\s,;|\"]*[\x80-\xff][^\s,;|\"]*")


@dataclass
class Encoding:
    """The encoding of a file, with a notice where another one could be meant."""

    name: str
    notices: list[Message] = field(default_factory=list)


def named_encoding(name: str) -> str:
    """Python's name of an encoding that a person names. Raises UsageError for an unknown one, with the nearest."""
    wanted = re.sub(r"(?i)^(windows|win|ibm|dos|oem)[\s_-]*(?=\d)", "cp", name.strip())
    try:
        found = codecs.lookup(wanted)
        "".encode(found.name)
        "é".encode(found.name, errors="ignore").decode(found.name)
    except (LookupError, UnicodeError, ValueError):
        known = ("utf-8", "utf-16", "utf-32", "latin-1", *(each for names in CANDIDATES for each in names[:2]))
        raise UsageError(
            msg(
                "There is no encoding '{name}'. Did you mean: {guess}?",
                name=name,
                guess=nearest(wanted, known) or nearest(name, known) or ", ".join(known),
            )
        ) from None
    return {"utf-8": "utf-8-sig"}.get(found.name, found.name)


def find_encoding(path: Path, head: bytes, named: str | None = None) -> Encoding:
    """The encoding of a text file; `named` is what a person says of one that is not in UTF-8 or UTF-16.

    Raises DataError for a file that is no text, or is of two encodings.
    """
    for mark, name in MARKS:
        if head.startswith(mark):
            return Encoding(name)
    if b"\0" in head:
        return Encoding(_wide(path, head))
    words = _foreign_words(path)
    if words is None:
        return Encoding("utf-8-sig")
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) / 100:
        raise not_text(path)
    if named:
        return Encoding(named)
    if any(_is_utf8(word) for word in words):
        raise DataError(
            msg(
                "{file} is partly in UTF-8 and partly not: line {line} is not. Export it again as CSV in UTF-8, "
                "or name its encoding with --encoding.",
                file=path.name,
                line=_first_line_not_utf8(path),
            )
        )
    return _most_likely(path, words)


def not_text(path: Path) -> DataError:
    return DataError(msg("{file} is not a text file: it holds binary data. Export it again as CSV.", file=path.name))


def _wide(path: Path, head: bytes) -> str:
    """The encoding of two or four bytes a character, by where its zeros stand."""
    zeros = [head[at::4].count(0) / max(len(head[at::4]), 1) for at in range(4)]
    for name, expected in (
        ("utf-32-le", (0, 1, 1, 1)),
        ("utf-32-be", (1, 1, 1, 0)),
        ("utf-16-le", (0, 1, 0, 1)),
        ("utf-16-be", (1, 0, 1, 0)),
    ):
        if all(found > 0.5 if wanted else found < 0.1 for found, wanted in zip(zeros, expected, strict=True)):
            return name
    raise not_text(path)


def _foreign_words(path: Path) -> list[bytes] | None:
    """The different words with bytes above 127; None where the file is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        words: dict[bytes, None] = {}
        for chunk in _chunks(path):
            words |= dict.fromkeys(WORD.findall(chunk))
            if len(words) > WORDS:
                break
        return list(words)[:WORDS]
    return None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            # no line is cut: its last word would be
            yield chunk + stream.readline()


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first_line_not_utf8(path: Path) -> int:
    with path.open("rb") as stream:
        return next((number for number, line in enumerate(stream, start=1) if not _is_utf8(line)), 1)


def _most_likely(path: Path, words: list[bytes]) -> Encoding:
    """The candidate that reads the words best, with a notice that tells those that read them otherwise as well."""
    scored = []
    for name, label, family in CANDIDATES:
        try:
            texts = [word.decode(name) for word in words]
        except UnicodeDecodeError:
            continue
        scored.append((max(_plausibility(texts, letters) for letters in ALPHABETS[family]), label, family, name, texts))
    if not scored:
        notice = msg(
            "{file} is in no encoding that is known here, and was read as Latin-1. "
            "Export it again as CSV in UTF-8, or name its encoding with --encoding.",
            file=path.name,
        )
        return Encoding("latin-1", [notice])
    best, label, family, name, texts = max(scored, key=lambda each: each[0])
    rivals = [each[1] for each in scored if each[0] > best - 0.15 and each[4] != texts]
    if rivals or best < 0.5:
        notice = msg(
            "{file} is not in UTF-8. It was read as {encoding} ({family}), but may as well be {others}: look at its "
            "accents. --encoding names the right one.",
            file=path.name,
            encoding=label,
            family=LABELS[family],
            others=", ".join(rivals[:3]) or msg("another encoding"),
        )
    else:
        notice = msg(
            "{file} is not in UTF-8 and was read as {encoding} ({family}). --encoding names another one.",
            file=path.name,
            encoding=label,
            family=LABELS[family],
        )
    return Encoding(name, [notice])


def _plausibility(texts: list[str], letters: str) -> float:
    """1 where every character beyond ASCII is one of a language's letters or marks, where such stand; less else."""
    common, _, seldom = letters.partition("|")
    weights = {letter: weight for weight, some in ((0.8, seldom), (1.0, common)) for letter in some + some.upper()}
    scores = [
        _fitness(character, text[at - 1 : at], text[at + 1 : at + 2], weights)
        for text in texts
        for at, character in enumerate(text)
        if character >= "\x80"
    ]
    return sum(scores) / len(scores)


def _fitness(character: str, before: str, after: str, weights: dict[str, float]) -> float:
    """How likely a character is between its neighbours, from -1 to 1."""
    if not character.isalpha() or character in "ªº":
        is_within = before.isalpha() and after.isalpha()
        return 0.9 if character in (WITHIN_WORDS if is_within else BESIDE_WORDS) else -1
    is_latin = unicodedata.name(character, "").startswith("LATIN")
    if (character.isupper() and before.islower()) or (
        not is_latin and any("A" <= near <= "z" for near in before + after)
    ):
        return -1
    is_alone = not before.isalpha() and not after.isalpha()
    return weights.get(character, -0.5) - (0.5 if is_alone else 0)

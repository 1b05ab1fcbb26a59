"""How an organisation's reports look: its colour, logo and contact, from `[report]` in ppp.toml.

[report]
colour = "#0f6674"         # readable on white: at least 4.5 to 1
colour_dark = "#5cc0cd"    # on a dark screen; made from `colour` where it is not set
logo = "logo.svg"          # SVG, PNG or JPEG, at most 100 kB
contact = "info@example.org"
"""

from __future__ import annotations

import colorsys
import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ppp_metrics.errors import UsageError
from ppp_metrics.language import Label, Message, msg, nearest
from ppp_metrics.reporting.drawing import ACCENT
from ppp_metrics.workspace import SETTINGS, Workspace

OPTIONS = ("colour", "colour_dark", "logo", "contact")
PAPER, INK = "#ffffff", "#16202a"
DARK_PAPER, DARK_INK = "#12181d", "#e8edf1"
"""The page and its text in report.css, on a light and on a dark screen."""
READABLE = 4.5
"""The least contrast of text, WCAG 2.2, 1.4.3; more than the 3 that 1.4.11 asks of what a chart is drawn with."""
COMFORTABLE = 7.0
DARKEST_SQUARE = 0.5
"""The opacity of the squares with the highest number, on which that number stands (`charts.draw_tiles`)."""
MOST_LOGO_BYTES = 100_000
LOGO_STYLE = (
    ".ppp-logo { display: block; margin-bottom: 1rem; max-height: 4rem; max-width: min(16rem, 100%); }\n"
    "@media screen and (prefers-color-scheme: dark) "
    "{ .ppp-logo { background: #fff; border-radius: 4px; padding: .4rem; } }\n"
)

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """What a workspace adds to its pages; nothing by default.

    `style` is a style sheet that follows the page's own; `logo` an address that holds the picture itself; `link` the
    address that `contact` leads to, empty where it is but text.
    """

    style: str = ""
    logo: str = ""
    contact: str = ""
    link: str = ""


def find_look(place: Workspace) -> Look:
    """The look of a workspace's reports.

    Raises UsageError for an unknown option, a colour that cannot be read on the page, or a logo that is no picture.
    """
    for name, value in place.look.items():
        if name not in OPTIONS:
            near = nearest(name, OPTIONS) or ", ".join(OPTIONS)
            raise UsageError(
                msg("{file}: [report] has no '{option}'. Did you mean {near}?", file=SETTINGS, option=name, near=near)
            )
        if not isinstance(value, str):
            raise UsageError(
                msg("{file}: '{option}' in [report] is text, in quotation marks.", file=SETTINGS, option=name)
            )
    colour, logo = place.look.get("colour", ""), place.look.get("logo", "")
    colour_dark, contact = place.look.get("colour_dark", ""), " ".join(place.look.get("contact", "").split())
    style = _colours(colour or ACCENT, colour_dark) if colour or colour_dark else ""
    return Look(
        style=style + (LOGO_STYLE if logo else ""),
        logo=_picture(place.root / logo) if logo else "",
        contact=contact.removeprefix("mailto:"),
        link=_link(contact),
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, `#rrggbb`, from 1 to 21: WCAG 2.2, definition of contrast ratio."""
    lighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    """WCAG 2.2, definition of relative luminance."""
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(colour: str, paper: str, least: float = READABLE) -> str:
    """The colour of the same hue, nearest in lightness, that has this contrast with the paper."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    step = -1 if _luminance(_rgb(paper)) > 0.5 else 1
    for level in range(round(lightness * 255), 256 if step > 0 else -1, step):
        if contrast(colour, paper) >= least:
            break
        colour = _hex(colorsys.hls_to_rgb(hue, level / 255, saturation))
    return colour


def _colours(colour: str, colour_dark: str) -> str:
    """The style sheet that sets the colours of a page; raises UsageError for one that cannot be read on it."""
    light = _checked("colour", colour, PAPER, msg("the white of the page"))
    dark = (
        _checked("colour_dark", colour_dark, DARK_PAPER, msg("the dark page"))
        if colour_dark
        else readable(light, DARK_PAPER, COMFORTABLE)
    )
    return (
        f".ppp {{ {_properties(light, PAPER, INK, 0.4)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) "
        f"{{ .ppp {{ {_properties(dark, DARK_PAPER, DARK_INK, 0.5)} }} }}\n"
        f'.ppp svg [fill="{ACCENT}"][fill-opacity] {{ fill: var(--square); }}\n'
    )


def _properties(accent: str, paper: str, ink: str, soft: float) -> str:
    """An accent with what is made from it: a soft one, and one for squares on which numbers stand."""
    square = accent
    # a square that hides its number goes nearer to the page
    for share in range(100, 0, -5):
        square = _mixed(accent, paper, share / 100)
        if contrast(_mixed(square, paper, DARKEST_SQUARE), ink) >= READABLE:
            break
    return f"--accent: {accent}; --soft: {_mixed(accent, paper, soft)}; --square: {square};"


def _checked(option: str, colour: str, paper: str, page: Message) -> str:
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", colour):
        raise UsageError(
            msg(
                "{file}: {option} is a colour such as '#0f6674', not '{colour}'.",
                file=SETTINGS,
                option=option,
                colour=colour,
            )
        )
    colour = _hex(_rgb(colour))
    # cut off, for what is rounded up might seem to be enough
    ratio = f"{int(contrast(colour, paper) * 100) / 100:.2f}"
    if contrast(colour, paper) < READABLE:
        raise UsageError(
            msg(
                "{file}: {option} '{colour}' cannot be read well: its contrast with {page} is {ratio} to 1, and 4.5 is "
                "the least. The nearest that can is '{near}'.",
                file=SETTINGS,
                option=option,
                colour=colour,
                page=page,
                ratio=Label(en=ratio, nl=ratio.replace(".", ",")),
                near=readable(colour, paper),
            )
        )
    return colour


def _picture(file: Path) -> str:
    """A picture as an address that holds it; raises UsageError for what is none, or too large."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(
            msg("{file}: the logo {logo} cannot be read: {reason}.", file=SETTINGS, logo=file, reason=error.strerror)
        ) from None
    if len(content) > MOST_LOGO_BYTES:
        raise UsageError(
            msg(
                "{file}: the logo {logo} has {size} kB. It stands in every report, so 100 kB is the most: save it "
                "smaller.",
                file=SETTINGS,
                logo=file.name,
                size=-(-len(content) // 1000),
            )
        )
    if not (kind := _kind(content)):
        raise UsageError(msg("{file}: the logo {logo} is no SVG, PNG or JPEG.", file=SETTINGS, logo=file.name))
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _kind(content: bytes) -> str:
    """The media type of a picture, by its content; empty for anything else."""
    for start, kind in ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg")):
        if content.startswith(start):
            return kind
    try:
        is_svg = ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    except ElementTree.ParseError:
        return ""
    return "image/svg+xml" if is_svg else ""


def _link(contact: str) -> str:
    """Where a contact leads: only to a mail or a secure web address."""
    if re.fullmatch(r"https://\S+|mailto:[^\s@]+@[^\s@]+", contact):
        return contact
    return f"mailto:{contact}" if re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", contact) else ""


def _rgb(colour: str) -> Rgb:
    digits = colour.removeprefix("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(each * 255):02x}" for each in colour)


def _mixed(colour: str, paper: str, share: float) -> str:
    """So much of a colour, the rest of the paper."""
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(_rgb(colour), _rgb(paper), strict=True))
    return _hex((red, green, blue))

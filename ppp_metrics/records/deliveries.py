"""Who sends what: the sources named in a load, as one delivery a supplier.

A supplier's name is given, or is its folder's; it is never taken from a loose file, whose name is an accident.
"""

from __future__ import annotations

import os
import shlex
import stat
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import msg
from ppp_metrics.records.model import TABLES, folded
from ppp_metrics.records.reader import SUFFIXES

LONGEST_NAME = 100
UNSHOWN = ("Cc", "Cf", "Cs")
"""Unicode's controls, invisible marks, and bytes that are no UTF-8."""


@dataclass(frozen=True)
class Delivery:
    """What one supplier sends: its name and its files."""

    supplier: str
    paths: list[Path]


def deliveries(
    sources: list[Path], supplier: str | None, known: Collection[str] = (), *, workspace: Path | None = None
) -> list[Delivery]:
    """With `supplier` one delivery of everything; else a folder is a supplier by its name, each of its subfolders too.

    `known` are the suppliers there are: a name that is written almost as one of them is refused. `workspace` is for the
    command that is proposed.

    Raises UsageError for loose files without `supplier` and for a name that will not do; DataError for a path that does
    not exist, or a folder without files to load.
    """
    loose: list[Path] = []
    sent: dict[Path, None] = {}
    for source in sources:
        if _is_folder(source):
            found = list(_loadable_files(source))
            if not found:
                raise DataError(
                    msg(
                        "{folder} holds no file to load. These kinds can be loaded: {suffixes}.",
                        folder=source,
                        suffixes=", ".join(SUFFIXES),
                    )
                )
            sent |= dict.fromkeys(found)
        else:
            loose.append(source)
            sent[source] = None
    if loose and supplier is None:
        raise _nameless(loose, known, workspace)
    once = {path.resolve(): path for path in reversed(sent)}
    files = [path for path in sent if once[path.resolve()] == path]
    if supplier is not None:
        return [Delivery(_supplier_name(supplier, known), files)]
    folders: dict[str, list[Path]] = {}
    for file in files:
        folders.setdefault(file.parent.resolve().name, []).append(file)
    result: list[Delivery] = []
    for folder, paths in folders.items():
        parents = list(dict.fromkeys(path.parent.resolve() for path in paths))
        if len(parents) > 1:
            raise UsageError(
                msg(
                    "{folder} and {other} have one name. Load one of them, or both as one supplier: add --as {name}.",
                    folder=parents[0],
                    other=parents[1],
                    name=shlex.quote(folder),
                )
            )
        result.append(Delivery(_supplier_name(folder, [*known, *(each.supplier for each in result)]), paths))
    return result


def _is_folder(path: Path) -> bool:
    """Whether it is a folder, else a file. Raises DataError for what is neither, or cannot be reached."""
    shown = _shown(path)
    if shown != str(path):
        raise DataError(msg("The name of {file} holds characters that cannot be shown. Rename it.", file=shown))
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(msg("{file} does not exist.", file=path)) from None
    except OSError as error:
        raise DataError(msg("{file} cannot be read: {reason}.", file=path, reason=error.strerror or error)) from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise DataError(msg("{file} is neither a file nor a folder.", file=path))
    return stat.S_ISDIR(mode)


def _loadable_files(folder: Path) -> Iterator[Path]:
    """The files below a folder, in order; hidden ones and those that an editor has open are not meant."""

    def refuse(error: OSError) -> None:
        reason = error.strerror or error
        raise DataError(msg("{file} cannot be read: {reason}.", file=error.filename, reason=reason)) from None

    found = []
    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith((".", "~"))]
        found += [
            Path(place, name)
            for name in names
            if not name.startswith((".", "~")) and Path(name).suffix.lower() in SUFFIXES
        ]
    return (path for path in sorted(found) if not _is_folder(path))


def _shown(path: Path) -> str:
    """The path with what cannot be printed, or is not UTF-8, written out."""
    return "".join(
        each if unicodedata.category(each) not in UNSHOWN else each.encode("unicode_escape").decode()
        for each in str(path)
    )


def _nameless(loose: list[Path], known: Collection[str], workspace: Path | None) -> UsageError:
    is_here = workspace is None or workspace.resolve() == Path.cwd()
    place = [] if is_here else ["--workspace", shlex.quote(str(workspace))]
    files = " ".join(shlex.quote(str(path)) for path in loose[:3]) + (" ..." if len(loose) > 3 else "")
    if known:
        return UsageError(
            msg(
                "Whose is {file}? Say so with --as. These are the suppliers so far: {suppliers}.",
                file=loose[0].name,
                suppliers=", ".join(sorted(known)),
            )
        )
    return UsageError(
        msg(
            "Whose is {file}? Say so with --as; there are no suppliers yet. For example: `ppp-metrics load {command}`.",
            file=loose[0].name,
            command=" ".join([files, "--as", shlex.quote(_proposed_name(loose)), *place]),
        )
    )


def _proposed_name(loose: list[Path]) -> str:
    """The file's name, or that of its folder where the file is called after a table or there are several."""
    tables = {folded(word) for table in TABLES for word in (table.name, table.label.en, table.label.nl, *table.aliases)}
    is_named = len(loose) == 1 and folded(loose[0].stem) not in tables
    return (loose[0].stem if is_named else "") or loose[0].resolve().parent.name or "NAME"


def _supplier_name(name: str, known: Collection[str]) -> str:
    """The name; of a known supplier, as that is written.

    Spaces around it and Unicode's two ways to write a letter are no difference; one of case or of spaces within is most
    likely a slip, and everything would count twice.
    """
    plain = _plain_name(name)
    for other in sorted(known):
        if name == other or plain == _plain_name(other):
            return other
    if not plain:
        raise UsageError(msg("A supplier's name cannot be empty: give one with --as."))
    if plain in (".", "..") or any(each in "/\\" or unicodedata.category(each) in UNSHOWN for each in plain):
        raise UsageError(
            msg(
                "'{name}' cannot be a supplier's name: leave out slashes and characters that cannot be shown.",
                name=_shown(Path(name)) if name else name,
            )
        )
    if len(plain) > LONGEST_NAME:
        raise UsageError(
            msg(
                "A supplier's name has at most {most} characters; '{name}...' has {count}.",
                most=LONGEST_NAME,
                name=plain[:20],
                count=len(plain),
            )
        )
    for other in sorted(known):
        if _folded_name(other) == _folded_name(plain):
            raise UsageError(
                msg(
                    "There is a supplier '{other}' already; '{name}' is written almost the same. Load with "
                    "--as {quoted}, or choose a name that differs more.",
                    other=other,
                    name=plain,
                    quoted=shlex.quote(other),
                )
            )
    return plain


def _plain_name(name: str) -> str:
    return " ".join(filter(None, unicodedata.normalize("NFC", name).strip().split(" ")))


def _folded_name(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())

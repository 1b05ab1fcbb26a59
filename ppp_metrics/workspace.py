"""Where things are: settings, database, key, notebooks, suites and reports of one workspace."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError, UsageError, unwritable
from ppp_metrics.language import Label, msg

SETTINGS = "ppp.toml"
KEY_BYTES = 32


@dataclass(frozen=True)
class Workspace:
    """One folder with its settings; every path the other modules use comes from here.

    `retention` says until when the records of people are kept, by supplier; `look` is the table `[report]`, as written.
    """

    root: Path
    name: str
    notice: Label | None
    notice_suppliers: tuple[str, ...]
    database: Path
    retention: Mapping[str, date] = field(default_factory=dict)
    look: Mapping[str, Any] = field(default_factory=dict)

    def notice_on(self, suppliers: Iterable[str]) -> Label | None:
        """The notice, where it concerns records of these suppliers: all records, unless ppp.toml names whose."""
        concerned = not self.notice_suppliers or not set(self.notice_suppliers).isdisjoint(suppliers)
        return self.notice if concerned else None

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def expectations(self) -> Path:
        return self.root / "expectations"

    @property
    def reports(self) -> Path:
        """What was published: a folder for each edition, since whoever sends a folder sends all that is in it."""
        return self.root / "reports"

    def reports_of(self, edition: str) -> Path:
        return self.reports / edition

    @property
    def key_file(self) -> Path:
        return self.root / "pseudonym.key"

    def key(self, loaded_before: bool) -> bytes:
        """The key of the pseudonyms, made at the first load, readable by its owner only.

        Raises DataError when it cannot be read, is not what was made, or is gone though records were loaded with it:
        new pseudonyms would not match theirs.
        """
        try:
            key = self.key_file.read_bytes()
        except FileNotFoundError:
            return self._new_key(loaded_before)
        except OSError as error:
            reason = error.strerror or error
            raise DataError(msg("{file} cannot be read: {reason}.", file=self.key_file.name, reason=reason)) from None
        if len(key) != KEY_BYTES:
            raise DataError(
                msg(
                    "{file} is not as it was made: it has {count} bytes, not {right}. Put it back from your backup.",
                    file=self.key_file.name,
                    count=len(key),
                    right=KEY_BYTES,
                )
            )
        return key

    def mark(self) -> str | None:
        """What tells this workspace from others, made of its key and saying nothing of it; None before it has one.

        Raises DataError as `key` does.
        """
        if not self.key_file.exists():
            return None
        return hmac.new(self.key(loaded_before=True), b"the ledger of this workspace", hashlib.sha256).hexdigest()[:32]

    def _new_key(self, loaded_before: bool) -> bytes:
        if loaded_before:
            raise DataError(
                msg(
                    "{file} is gone. Without it people in new loads cannot be matched with those loaded before. "
                    "Put it back from your backup.",
                    file=self.key_file.name,
                )
            )
        key = secrets.token_bytes(KEY_BYTES)
        try:
            descriptor = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise unwritable(self.root, error) from None
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key)
        return key


def find_workspace(folder: Path) -> Workspace:
    """The workspace in a folder. Raises UsageError when it holds no, or no readable, ppp.toml."""
    settings_file = folder / SETTINGS
    if not settings_file.is_file():
        raise UsageError(
            msg(
                "{folder} is not a workspace: it holds no ppp.toml. Make one with `ppp-metrics init {folder}`, "
                "or name another folder with --workspace.",
                folder=folder,
            )
        )
    try:
        settings = tomllib.loads(settings_file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(msg("{file} cannot be read: {reason}.", file=settings_file, reason=error)) from None
    notice, look = settings.get("notice"), settings.get("report", {})
    if not isinstance(look, dict):
        raise UsageError(msg("{file}: [report] is a table with the colour, logo and contact.", file=settings_file))
    return Workspace(
        root=folder.resolve(),
        name=str(settings.get("name", folder.resolve().name)),
        notice=Label(en=str(notice.get("en", "")), nl=str(notice.get("nl", ""))) if isinstance(notice, dict) else None,
        retention=_retention(settings, settings_file),
        look=look,
        notice_suppliers=tuple(notice.get("suppliers", ())) if isinstance(notice, dict) else (),
        database=folder.resolve() / str(settings.get("database", "ppp.duckdb")),
    )


def _retention(settings: Mapping[str, Any], settings_file: Path) -> dict[str, date]:
    """Until when the records of each supplier are kept. Raises UsageError for what is no day."""
    found = settings.get("retention", {})
    if not isinstance(found, dict):
        raise UsageError(msg("{file}: [retention] has a day for each supplier.", file=settings_file))
    for supplier, until in found.items():
        if type(until) is not date:
            raise UsageError(
                msg(
                    "{file}: the records of {supplier} are kept until a day, such as 2028-12-31, not '{until}'.",
                    file=settings_file,
                    supplier=supplier,
                    until=until,
                )
            )
    return found


def starter(part: str) -> Path:
    """The folder with the notebooks or suites that a new workspace begins with."""
    package = Path(__file__).parent
    installed = package / "starter" / part
    return installed if installed.is_dir() else package.parent / part

"""What the tests need of the system: Chromium, and Pango for PDFs; a script that installs Debian's where it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET_CHROMIUM = (
    "Chromium is missing. Debian: apt-get install chromium. macOS: brew install --cask chromium. "
    "Elsewhere: set CHROMIUM to the path of a Chromium or Chrome."
)
PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
HOW_TO_GET_PANGO = f"Pango is missing. Debian: apt-get install {' '.join(PANGO_PACKAGES)}. macOS: brew install pango."


def find_chromium() -> str | None:
    """The path of the browser: $CHROMIUM, else the first of the usual ones, else None."""
    return next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM", ""), *COMMANDS, *APPLICATIONS])), None)


def has_pango() -> bool:
    """Whether the libraries are there that WeasyPrint writes PDFs with."""
    return all(map(find_library, PANGO))


def install(packages: tuple[str, ...]) -> bool:
    """True when Debian's packages could be installed: by root, or by sudo without a password."""
    if not shutil.which("apt-get"):
        return False
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and (not shutil.which("sudo") or subprocess.run([*as_root, "true"], capture_output=True).returncode):
        return False
    print(f"Installing for the tests, from Debian: {', '.join(packages)}", flush=True)
    apt_get = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run([*apt_get, *step], capture_output=True, text=True)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)
            return False
    return True


if __name__ == "__main__":
    if not find_chromium() and not install(("chromium",)):
        print(f"{HOW_TO_GET_CHROMIUM} The browser tests are skipped.", file=sys.stderr)
    if not has_pango() and not install(PANGO_PACKAGES):
        print(f"{HOW_TO_GET_PANGO} The tests of PDFs are skipped.", file=sys.stderr)

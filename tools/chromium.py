"""Where Chromium is, for the browser tests; run as a script it installs Debian's where it may, else says how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET_IT = (
    "Chromium is missing. Debian: apt-get install chromium. macOS: brew install --cask chromium. "
    "Elsewhere: set CHROMIUM to the path of a Chromium or Chrome."
)


def find_chromium() -> str | None:
    """The path of the browser: $CHROMIUM, else the first of the usual ones, else None."""
    return next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM", ""), *COMMANDS, *APPLICATIONS])), None)


def install_chromium() -> bool:
    """True when Debian's package could be installed: by root, or by sudo without a password."""
    if not shutil.which("apt-get"):
        return False
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and (not shutil.which("sudo") or subprocess.run([*as_root, "true"], capture_output=True).returncode):
        return False
    print("Installing Debian's Chromium for the browser tests", flush=True)
    apt_get = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run([*apt_get, *step], capture_output=True, text=True)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)
            return False
    return True


if __name__ == "__main__" and not find_chromium() and not install_chromium():
    print(f"{HOW_TO_GET_IT} The browser tests are skipped.", file=sys.stderr)

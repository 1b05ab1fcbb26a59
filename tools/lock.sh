#!/bin/sh
# Remakes requirements.lock from pyproject.toml: every package of every platform, pinned, with the hashes of its files.
# Pins that still fit are kept; `UPGRADE=1` takes the newest of everything. Uses an environment of its own, so that a
# lock that cannot be installed can still be mended.
set -eu
cd "$(dirname "$0")/.."
python=$(sh tools/find_python.sh)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"$python" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv 2>"$room/log" || { cat "$room/log" >&2; exit 1; }
cp requirements.lock "$room/requirements.lock" 2>/dev/null || true
"$room/venv/bin/uv" pip compile pyproject.toml --group dev --all-extras --quiet \
    --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock" ${UPGRADE:+--upgrade} --output-file "$room/requirements.lock"
mv "$room/requirements.lock" requirements.lock

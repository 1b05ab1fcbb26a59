#!/bin/sh
# Makes .venv from requirements.lock, and the project itself in it, editable. What pip says goes to .venv/install.log,
# and is shown when it fails.
set -eu
cd "$(dirname "$0")/.."
python=$(sh tools/find_python.sh)
echo "Setting up .venv with $("$python" --version); a minute or two, once"
"$python" -m venv --clear .venv
log=.venv/install.log
pip() { .venv/bin/python -m pip "$@" --disable-pip-version-check --no-input >>"$log" 2>&1; }
# The lock is complete, so pip need not look for what a package asks for besides (--no-deps); where lifelines asks for an
# older pandas than the project does (see [tool.uv] in pyproject.toml), it would refuse.
# The build backend comes first, from the lock too, so that nothing that is built fetches another one.
awk '/^(packaging|setuptools|wheel)==/ { wanted = 1 } wanted { print } !/\\$/ { wanted = 0 }' \
    requirements.lock >.venv/backend.lock
if ! {
    pip install --require-hashes -r .venv/backend.lock &&
        pip install --require-hashes --no-deps --no-compile --no-build-isolation -r requirements.lock &&
        pip install --no-deps --no-build-isolation --no-index -e .
}; then
    tail -n 20 "$log" >&2
    echo "The packages could not be installed; the whole log is in $log" >&2
    exit 1
fi
# All at once, on all cores: where PYTHONDONTWRITEBYTECODE is set, every import would otherwise compile again. Some packages
# carry templates that are no Python, so its exit code says nothing.
.venv/bin/python -m compileall -q -j 0 .venv/lib >>"$log" 2>&1 || true
touch .venv/made

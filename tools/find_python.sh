#!/bin/sh
# Prints the Python that the environment is made with: $PYTHON, else the first of the usual names that is 3.11 or newer
# and can make environments. Says what to install when there is none.
set -eu
too_old= no_venv=
for name in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    command -v "$name" >/dev/null 2>&1 || continue
    if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        too_old=$name
    elif ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
        no_venv=${no_venv:-$name}
    else
        echo "$name"
        exit 0
    fi
done
if [ -n "$no_venv" ]; then
    version=$("$no_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$no_venv cannot make environments. On Debian or Ubuntu: apt-get install python$version-venv" >&2
elif [ -n "$too_old" ]; then
    echo "$too_old is older than Python 3.11. Install a newer one, or say where it is: make PYTHON=/path/to/python3" >&2
else
    echo "There is no ${PYTHON:-Python}. Install Python 3.11 or newer (Debian, Ubuntu: apt-get install python3 python3-venv)." >&2
fi
exit 1

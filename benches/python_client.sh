#!/bin/sh
# Compares Tallyman with the official Python client on this machine, in one run, at a 40 ms round trip.
# Usage: benches/python_client.sh [FOLDER]   (FOLDER keeps the installed client for the next run)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
folder=${1:-$temporary}

if [ ! -x "$folder/venv/bin/python" ]; then
    python3 -m venv "$folder/venv"
fi
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyuploadcare==6.3.0
cd "$here/.."
PYTHON="$folder/venv/bin/python" cargo bench --bench wire -- python

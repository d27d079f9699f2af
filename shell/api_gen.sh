#!/usr/bin/env bash
# Regenerates the public namespace; arguments (such as --check) are passed on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" api_gen.py "$@"

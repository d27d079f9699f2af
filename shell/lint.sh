#!/usr/bin/env bash
# Reports what is out of shape, and changes nothing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare test "." ".[all,test]"
ruff check .
ruff format --check .
python api_gen.py --check

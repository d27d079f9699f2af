#!/usr/bin/env bash
# Puts the code into shape: import order and layout.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare test "." ".[all,test]"
ruff check --select I --fix .
ruff format .

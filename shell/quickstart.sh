#!/usr/bin/env bash
# Installs the package with one engine into .venv, then trains a convnet on handwritten digits.
#   ./shell/quickstart.sh [jax|tensorflow|torch]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
engine="${1:-jax}"
case "$engine" in
  jax | tensorflow | torch) ;;
  *)
    echo "'$engine' does not train; choose jax, tensorflow or torch." >&2
    exit 2
    ;;
esac
prepare "quickstart-$engine" "." ".[$engine,examples]"
KERAS_BACKEND="$engine" python examples/digits.py

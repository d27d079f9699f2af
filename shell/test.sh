#!/usr/bin/env bash
# Installs every engine into .venv, then checks the generated files and the style, and runs the tests on each backend.
#   ./shell/test.sh [backend ...]        default: all five
#   PYTEST_ARGS="-x -k dense" ./shell/test.sh jax
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
all=(jax tensorflow torch numpy openvino)
backends=("$@")
[ "${#backends[@]}" -gt 0 ] || backends=("${all[@]}")
for backend in "${backends[@]}"; do
  if [[ " ${all[*]} " != *" $backend "* ]]; then
    echo "There is no backend '$backend'; choose from: ${all[*]}." >&2
    exit 2
  fi
done

set -e
prepare test "." ".[all,test]"
set +e
results="$PWD/build/test-results"
rm -rf "$results"
mkdir -p "$results"
# Two processes of tests; engines with threads of their own would only wait for each other.
export OMP_NUM_THREADS=1 XLA_FLAGS="${XLA_FLAGS:---xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true}"
# Bytecode is kept for the other worker, the next engine and the processes that tests start.
unset PYTHONDONTWRITEBYTECODE
export KERAS_HOME="$PWD/build/keras-home" TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-3}" MPLBACKEND=Agg

step() { # NAME COMMAND...: runs a command, and keeps its exit status for the summary
  local name="$1" status
  shift
  echo "== $name"
  "$@"
  status=$?
  echo "$status" > "$results/$name.status"
}

step api_gen python api_gen.py --check
step ruff-check ruff check .
step ruff-format ruff format --check --quiet .
# A path among PYTEST_ARGS stands for all tests.
paths=(keras integration_tests)
for word in ${PYTEST_ARGS:-}; do
  [[ "$word" == -* || ! -e "${word%%::*}" ]] || paths=()
done
for backend in "${backends[@]}"; do
  # shellcheck disable=SC2086  PYTEST_ARGS is a list of words
  step "$backend" env KERAS_BACKEND="$backend" python -m pytest ${paths[@]+"${paths[@]}"} -q -n 2 \
    --junitxml="$results/$backend.xml" ${PYTEST_ARGS:-}
done
python shell/summary.py "$results" api_gen ruff-check ruff-format "${backends[@]}"

# Sourced by the scripts beside it. `prepare STAMP REQUIREMENTS...` makes .venv and installs into it, once:
# a stamp with the hash of what was asked for is left there, and the next run that asks for the same does nothing.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv="$PWD/.venv"

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3 python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Python 3.11 or newer is needed; set PYTHON to its path." >&2
  return 1
}

prepare() {
  local stamp="$venv/.installed-$1" python wanted requirement
  shift
  python="$(find_python)"
  if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    echo "Making $venv" >&2
    "$python" -m venv --clear "$venv"
  fi
  wanted="$({ printf '%s\n' "$PWD" "$@"; "$venv/bin/python" --version; cat pyproject.toml requirements.txt; } | cksum)"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    # One after the other: TensorFlow asks for a distribution `keras`, and by then it is ours.
    for requirement in "$@"; do
      echo "Installing $requirement (minutes, the first time)" >&2
      "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --editable "$requirement"
    done
    echo "$wanted" > "$stamp"
  fi
  export PATH="$venv/bin:$PATH"
}

"""Writes statistics of the initial weights of layers, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=torch python integration_tests/goldens/initial_weights.py OUT.json

Public names only. Rows are in `keras/src/testing/initial_rows.py`; the file holds, per row, a list with the name and the statistics
of each weight.
"""

import json
import pathlib
import sys

# By its path, not as a module of `keras`, which may be another library here.
sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
from initial_rows import ROWS, built, statistics  # noqa: E402

import keras  # noqa: E402


def main(path):
    keras.utils.set_random_seed(1)
    facts = {}
    for name in ROWS:
        weights = built(keras.layers, name).weights
        facts[name] = [{"name": w.name, **statistics(keras.ops.convert_to_numpy(w))} for w in weights]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(weights)}" for name, weights in facts.items())
    pathlib.Path(path).write_text(f"{{\n{lines}\n}}\n")
    print(f"{len(facts)} rows to {path}")


if __name__ == "__main__":
    main(sys.argv[1])

"""Writes which wrong arguments the constructors of layers refuse, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=torch python integration_tests/goldens/layer_refusals.py OUT.json [LAYER ...]

With names of layers, the file holds these alone. Public names only. Rows and values are in `keras/src/testing/refusal_rows.py`.
"""

import json
import pathlib
import sys
import warnings

sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
from refusal_rows import ROWS, refused  # noqa: E402

import keras  # noqa: E402


def main(path, *names):
    warnings.simplefilter("ignore")
    lines = [f"{json.dumps(name)}: {json.dumps(refused(keras.layers, name))}" for name in names or ROWS]
    pathlib.Path(path).write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} rows to {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])

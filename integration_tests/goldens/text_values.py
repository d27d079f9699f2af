"""Writes what layers with a vocabulary learn and give, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=tensorflow python integration_tests/goldens/text_values.py OUT.json

Public names only. Rows are in `keras/src/testing/text_rows.py`; the file holds, per row, the config, the vocabulary (`null` where
it holds bytes that are no UTF-8) and the outputs, of a ragged tensor as nested lists.
"""

import json
import pathlib
import sys

# By its path, not as a module of `keras`, which may be another library here.
sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
from text_rows import ROWS, made  # noqa: E402

import keras  # noqa: E402


def vocabulary_of(layer):
    try:
        return [str(token) for token in layer.get_vocabulary()]
    except UnicodeDecodeError:
        return None


def main(path):
    entries = {}
    for name in ROWS:
        layer = made(keras.layers, name)
        output = layer(ROWS[name][3])
        output = output.to_list() if hasattr(output, "to_list") else keras.ops.convert_to_numpy(output).tolist()
        entries[name] = {"config": layer.get_config(), "vocabulary": vocabulary_of(layer), "output": output}
    with open(path, "w") as file:
        json.dump(entries, file, sort_keys=True, separators=(",", ":"))
    print(f"{len(entries)} rows to {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Writes what recurrent layers give for known inputs and weights, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=torch python integration_tests/goldens/recurrent_outputs.py OUT.npz

Public names only. Rows are in `keras/src/testing/recurrent_rows.py`; the file holds, per row, outputs, symbolic shapes, the
config and the paths of the weights. (On JAX and NumPy, Keras 3.15 takes the state for the output of masked steps.)
"""

import json
import pathlib
import sys

import numpy as np

# By its path, not as a module of `keras`, which may be another library here.
sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
from recurrent_rows import ROWS, arguments_of, set_weights  # noqa: E402

import keras  # noqa: E402


def main(path):
    entries = {}
    for name, (make, _, _) in ROWS.items():
        keras.utils.clear_session()
        layer = make(keras.layers)
        inputs, options = arguments_of(name)
        layer(inputs, **options)
        set_weights(name, layer)
        # As the reference may do, states of a stack come in lists or bare.
        outputs = keras.tree.flatten(layer(inputs, **options))
        for i, x in enumerate(outputs):
            entries[f"{name}/{i}"] = keras.ops.convert_to_numpy(x)
        shapes = layer.compute_output_shape((None, *inputs.shape[1:]))
        facts = {
            "config": layer.get_config(),
            "paths": [w.path for w in layer.weights],
            "shapes": keras.tree.map_shape_structure(list, shapes),
            "after": [keras.ops.convert_to_numpy(w).tolist() for w in layer.non_trainable_weights],
        }
        entries[f"{name}/facts"] = np.array(json.dumps(facts, sort_keys=True))
    np.savez_compressed(path, **entries)
    print(f"{len(ROWS)} rows to {path}")


if __name__ == "__main__":
    main(sys.argv[1])

"""Writes what layers give for known inputs and weights, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=torch python integration_tests/goldens/layer_outputs.py OUT.npz [ROW ...]

With names of rows, these are written anew into the file, which need not be there, and the others stay. Public names only. Rows are in `keras/src/testing/layer_rows.py`; the file holds, per row, the config as JSON, the outputs and the
paths of the weights. (Keras 3.15 cannot compute some rows on NumPy and JAX; its average pooling with `padding="same"` was taken
from JAX, since on torch it counts the padding.)
"""

import json
import pathlib
import sys

import numpy as np

# By its path, not as a module of `keras`, which may be another library here.
sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
from layer_rows import ROWS, apply, draw, set_weights  # noqa: E402

import keras  # noqa: E402


def main(path, *names):
    kept = np.load(path).items() if names and pathlib.Path(path).exists() else ()
    entries = {key: x for key, x in kept if key.partition("/")[0] not in names}
    for name in names or ROWS:
        class_name, arguments, inputs, call = ROWS[name]
        layer = getattr(keras.layers, class_name)(**arguments, name="layer")
        tensors = draw(name, inputs)
        apply(layer, tensors, call)
        set_weights(name, layer)
        outputs = apply(layer, tensors, call)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        for i, x in enumerate(outputs):
            entries[f"{name}/{i}"] = keras.ops.convert_to_numpy(x)
        entries[f"{name}/paths"] = np.array([v.path for v in layer.weights] or [""])
        entries[f"{name}/config"] = np.array(json.dumps(layer.get_config(), sort_keys=True))
        after = [keras.ops.convert_to_numpy(v) for v in layer.non_trainable_weights]
        for i, x in enumerate(after):
            if x.dtype == np.float32:
                entries[f"{name}/after{i}"] = x
    np.savez_compressed(path, **entries)
    print(f"{len(names or ROWS)} rows to {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])

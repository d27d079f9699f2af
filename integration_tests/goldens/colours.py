"""Writes what layers of colours make of images by given transformations, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=tensorflow python integration_tests/goldens/colours.py OUT.npz

Public names only. Cases are in `keras/src/testing/colour_cases.py`.
"""

import pathlib
import sys

import numpy as np

# By its path, not as a module of `keras`, which may be another library here.
sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
from colour_cases import CASES, outputs  # noqa: E402

import keras  # noqa: E402

if __name__ == "__main__":
    np.savez_compressed(sys.argv[1], **{name: outputs(keras, name) for name in CASES})
    print(f"{len(CASES)} cases to {sys.argv[1]}")

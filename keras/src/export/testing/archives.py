"""Archives of several functions, which the tests of each format that holds them write."""

import numpy as np

import keras
from keras.src import layers, ops


def model_with_states(x):
    """A model with variables that training changes, and draws; and what its dense layer makes of `x`, of 4 columns."""
    parts = [layers.Dense(3, name="head"), layers.BatchNormalization(momentum=0.5), layers.Dropout(0.5)]
    model = keras.Sequential([keras.Input((4,), name="rows"), *parts])
    kernel = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    model.layers[0].set_weights([kernel, np.ones(3, "float32")])
    return model, x @ kernel + 1


def add_functions(archive, model, rows):
    """Adds a model, a part of it that gives a dict, and a function of a nested argument; `rows` is the signature of the first."""
    archive.track(model)
    archive.add_endpoint("serve", model, rows)
    archive.add_endpoint("doubled", lambda x: {"twice": 2 * model.layers[0](x)}, rows)
    archive.add_endpoint("joined", lambda x, y: ops.add(x, y["more"]), [rows[0], {"more": rows[0]}])

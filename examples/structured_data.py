"""Tells from a table of patients whose diabetes will progress: columns of different kinds become vectors for a network.

    KERAS_BACKEND=jax python examples/structured_data.py        (or tensorflow, or torch)

The data are the 442 patients that ship inside scikit-learn (Efron et al., 2004): age, sex, body mass index, blood pressure and six
blood values. Where it runs, the script leaves

* `structured_data_space.keras`  how columns become vectors,
* `structured_data_model.keras`  the network that reads the vectors.

The two are files of their own, so that a server can prepare rows on the processor, or in `tf.data`, while the network runs.
"""

import argparse
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

import keras
from keras import layers
from keras.utils import FeatureSpace

GOAL = 0.68
BLOOD_VALUES = ("s1", "s2", "s3", "s4", "s5", "s6")


def load_data() -> Any:
    """Returns (train, validation, y_train, y_validation): tables of pandas, and 1 where the disease got worse than usual."""
    data: Any = load_diabetes(as_frame=True, scaled=False)
    table = data.data.assign(sex=np.where(data.data["sex"] == 1, "group 1", "group 2"))
    worse = (data.target > data.target.median()).to_numpy().astype("float32")
    return train_test_split(table, worse, test_size=0.25, stratify=worse, random_state=0)


def build_space(table):
    """Says what becomes of each column, and learns from a table what there is to learn."""
    space = FeatureSpace(
        features={
            "age": FeatureSpace.float_discretized(num_bins=4),
            "sex": FeatureSpace.string_categorical(num_oov_indices=0),
            "bmi": FeatureSpace.float_normalized(),
            "bp": FeatureSpace.float_normalized(),
            **{name: "float_normalized" for name in BLOOD_VALUES},
        },
        crosses=[FeatureSpace.cross(("age", "sex"), crossing_dim=16)],
        output_mode="concat",
    )
    space.adapt(table)
    return space


def build_model(space):
    """A network over the vectors of a FeatureSpace."""
    inputs = keras.Input(space.get_encoded_features().shape[1:], name="encoded")
    x = layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3))(inputs)
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs, name="progression")


def train(epochs):
    """Trains; returns the space, the model and the accuracy on rows that it has not seen."""
    keras.utils.set_random_seed(0)
    table, validation, y, y_validation = load_data()
    space = build_space(table)
    model = build_model(space)
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    model.fit(space(table), y, batch_size=32, epochs=epochs, verbose=0)
    _, accuracy = model.evaluate(space(validation), y_validation, verbose=0)
    return space, model, accuracy


def probability(space, model, patient):
    """The probability that the disease of one patient, a dict, will get worse than usual."""
    return float(model.predict(space({name: [value] for name, value in patient.items()}), verbose=0)[0, 0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=30)
    space, model, accuracy = train(parser.parse_args().epochs)
    print(f"{keras.backend.backend()}: accuracy {accuracy:.3f} (goal: {GOAL})")
    space.save("structured_data_space.keras")
    model.save("structured_data_model.keras")
    space = keras.saving.load_model("structured_data_space.keras")
    model = keras.saving.load_model("structured_data_model.keras")
    patient = load_data()[1].iloc[0].to_dict()
    print(f"A patient of {patient['age']:.0f} years: {probability(space, model, patient):.2f}")


if __name__ == "__main__":
    main()

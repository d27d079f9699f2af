"""Writes the golden values of `keras/src/losses/testdata/values.json`.

Run it under the reference library (public API only): `KERAS_BACKEND=torch python loss_values.py OUT.json`
(torch, because there a mask can be attached to a tensor).
Each row holds a class, its arguments, its inputs and the value under each reduction; inputs stand in `inputs`, by name.
"""

import json
import sys

import numpy as np

import keras

REDUCTIONS = ("sum_over_batch_size", "sum", "none", "mean_with_sample_weight")


def draw(shape, seed, low=0.0, high=1.0):
    return np.round(np.random.RandomState(seed).uniform(low, high, shape), 3)


def probabilities(shape, seed):
    raw = draw(shape, seed, 0.05, 1.0)
    return np.round(raw / raw.sum(-1, keepdims=True), 4)


INPUTS = {
    "real_4x3": draw((4, 3), 0, -2.0, 2.0),
    "real_4x3_b": draw((4, 3), 1, -2.0, 2.0),
    "real_2x4x3": draw((2, 4, 3), 2, -2.0, 2.0),
    "real_2x4x3_b": draw((2, 4, 3), 3, -2.0, 2.0),
    "positive_4x3": draw((4, 3), 4, 0.1, 3.0),
    "positive_4x3_b": draw((4, 3), 5, 0.1, 3.0),
    "binary_4x3": (draw((4, 3), 6) > 0.5).astype(float),
    "binary_2x4x3": (draw((2, 4, 3), 7) > 0.5).astype(float),
    "signs_4x3": np.where(draw((4, 3), 8) > 0.5, 1.0, -1.0),
    "probability_4x3": draw((4, 3), 9),
    "probability_2x4x3": draw((2, 4, 3), 10),
    "simplex_4x3": probabilities((4, 3), 11),
    "simplex_2x4x3": probabilities((2, 4, 3), 12),
    "one_hot_4x3": np.eye(3)[[0, 2, 1, 2]],
    "one_hot_2x4x3": np.eye(3)[[[0, 2, 1, 2], [1, 1, 0, 2]]],
    "classes_4": np.array([0, 2, 1, 2]),
    "classes_4x1": np.array([[0], [2], [1], [2]]),
    "classes_2x4": np.array([[0, 2, 1, 2], [1, 1, 0, 2]]),
    "ignored_2x4": np.array([[0, -1, 1, 2], [-1, 1, -1, 2]]),
    "edge_4x3": np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.5, 1.0]]),
    "large_4x3": np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 3.0], [50.0, -50.0, 0.0], [100.0, 100.0, 100.0]]),
    "labels_ctc": np.array([[1, 2, 1], [2, 2, 0]]),
    "logits_ctc": draw((2, 6, 3), 13, -2.0, 2.0),
    "weight_4": np.array([1.0, 0.0, 2.0, 3.0]),
    "weight_4x1": np.array([[0.5], [1.0], [2.0], [0.0]]),
    "weight_2x1": np.array([[0.5], [2.0]]),
    "weight_2x4": np.array([[1.0, 0.0, 2.0, 3.0], [0.5, 0.5, 0.0, 1.0]]),
    "mask_4": np.array([True, False, True, True]),
    "mask_2x4": np.array([[True, False, True, True], [False, False, True, True]]),
}

PAIRS = {
    "MeanSquaredError": [("real_4x3", "real_4x3_b"), ("real_2x4x3", "real_2x4x3_b"), ("classes_4", "weight_4x1")],
    "MeanAbsoluteError": [("real_4x3", "real_4x3_b"), ("real_2x4x3", "real_2x4x3_b")],
    "MeanAbsolutePercentageError": [("real_4x3", "real_4x3_b"), ("edge_4x3", "real_4x3_b")],
    "MeanSquaredLogarithmicError": [("positive_4x3", "positive_4x3_b"), ("real_4x3", "real_4x3_b")],
    "CosineSimilarity": [("real_4x3", "real_4x3_b"), ("real_2x4x3", "real_2x4x3_b"), ("edge_4x3", "real_4x3_b")],
    "Huber": [("real_4x3", "real_4x3_b"), ("real_2x4x3", "real_2x4x3_b")],
    "LogCosh": [("real_4x3", "real_4x3_b"), ("edge_4x3", "large_4x3")],
    "Hinge": [("signs_4x3", "real_4x3_b"), ("binary_4x3", "real_4x3_b")],
    "SquaredHinge": [("signs_4x3", "real_4x3_b"), ("binary_4x3", "real_4x3_b")],
    "CategoricalHinge": [("one_hot_4x3", "real_4x3_b"), ("one_hot_2x4x3", "real_2x4x3_b")],
    "KLDivergence": [("simplex_4x3", "probability_4x3"), ("edge_4x3", "probability_4x3")],
    "Poisson": [("positive_4x3", "positive_4x3_b"), ("edge_4x3", "probability_4x3")],
    "Dice": [("binary_4x3", "probability_4x3"), ("binary_2x4x3", "probability_2x4x3")],
    "Tversky": [("binary_4x3", "probability_4x3"), ("binary_2x4x3", "probability_2x4x3")],
    "CategoricalGeneralizedCrossEntropy": [("classes_4", "simplex_4x3"), ("classes_2x4", "simplex_2x4x3")],
    "Circle": [("classes_4", "simplex_4x3")],
    "CTC": [("labels_ctc", "logits_ctc")],
}
PROBABILITY = {
    "BinaryCrossentropy": [
        ("binary_4x3", "probability_4x3"),
        ("binary_2x4x3", "probability_2x4x3"),
        ("edge_4x3", "edge_4x3"),
    ],
    "BinaryFocalCrossentropy": [("binary_4x3", "probability_4x3"), ("binary_2x4x3", "probability_2x4x3")],
    "CategoricalCrossentropy": [
        ("one_hot_4x3", "simplex_4x3"),
        ("one_hot_2x4x3", "simplex_2x4x3"),
        ("one_hot_4x3", "edge_4x3"),
    ],
    "CategoricalFocalCrossentropy": [("one_hot_4x3", "simplex_4x3"), ("one_hot_2x4x3", "simplex_2x4x3")],
    "SparseCategoricalCrossentropy": [
        ("classes_4", "simplex_4x3"),
        ("classes_4x1", "simplex_4x3"),
        ("classes_2x4", "simplex_2x4x3"),
    ],
}
LOGITS = {"4x3": "real_4x3_b", "2x4x3": "real_2x4x3_b"}
VARIANTS = {
    "BinaryCrossentropy": [{"label_smoothing": 0.2}],
    "BinaryFocalCrossentropy": [{"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}, {"label_smoothing": 0.2}],
    "CategoricalCrossentropy": [{"label_smoothing": 0.2}, {"axis": 1}],
    "CategoricalFocalCrossentropy": [{"alpha": 0.4, "gamma": 1.5}, {"label_smoothing": 0.2}],
    "CategoricalGeneralizedCrossEntropy": [{"q": 0.8}],
    "CosineSimilarity": [{"axis": 0}],
    "Huber": [{"delta": 0.3}],
    "Dice": [{"axis": [1]}, {"axis": -1}],
    "Tversky": [{"alpha": 0.3, "beta": 0.8}, {"alpha": 0.3, "beta": 0.8, "axis": [1]}],
    "Circle": [{"gamma": 10.0, "margin": 0.2}, {"gamma": 2.0, "remove_diagonal": False}],
}
WEIGHTS = {"4x3": ["weight_4", "weight_4x1"], "2x4x3": ["weight_2x1", "weight_2x4"], "4x1": ["weight_4"]}
MASKS = {"4x3": "mask_4", "2x4x3": "mask_2x4"}


def cases():
    for table in (PAIRS, PROBABILITY):
        for name, pairs in table.items():
            for variant in [{}, *VARIANTS.get(name, [])]:
                for y_true, y_pred in pairs:
                    yield name, variant, y_true, y_pred
    for name, pairs in PROBABILITY.items():
        for y_true, y_pred in pairs[:2]:
            yield name, {"from_logits": True}, y_true, LOGITS[y_pred.split("_")[1]]
        yield name, {"from_logits": True}, pairs[0][0], "large_4x3"
    yield "SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": -1}, "ignored_2x4", "real_2x4x3"
    yield "SparseCategoricalCrossentropy", {"ignore_class": 2}, "classes_2x4", "simplex_2x4x3"


def rows():
    for name, kwargs, y_true, y_pred in cases():
        row = {"class_name": name, "kwargs": kwargs, "y_true": y_true, "y_pred": y_pred}
        yield row
        size = y_pred.split("_")[1]
        if name in ("Dice", "Tversky", "CTC") or kwargs.get("axis", -1) != -1:
            continue
        for weight in WEIGHTS.get(size, []):
            yield {**row, "sample_weight": weight}
        if size in MASKS and name != "Circle":
            yield {**row, "mask": MASKS[size]}
            yield {**row, "mask": MASKS[size], "sample_weight": WEIGHTS[size][-1]}


def tensor(name):
    value = INPUTS[name]
    kind = "float32" if value.dtype.kind == "f" else ("bool" if value.dtype.kind == "b" else "int32")
    return keras.ops.convert_to_tensor(value, dtype=kind)


def value(row, reduction):
    loss = getattr(keras.losses, row["class_name"])(reduction=reduction, **row["kwargs"])
    y_pred = tensor(row["y_pred"])
    if "mask" in row:
        y_pred._keras_mask = tensor(row["mask"])
    weight = tensor(row["sample_weight"]) if "sample_weight" in row else None
    result = keras.ops.convert_to_numpy(loss(tensor(row["y_true"]), y_pred, sample_weight=weight))
    assert result.dtype == "float32"
    return np.array([float(f"{x:.8g}") for x in result.ravel()]).reshape(result.shape).tolist()


def config(row):
    configured = getattr(keras.losses, row["class_name"])(**row["kwargs"]).get_config()
    return configured


def main(target):
    kept, configs = [], {}
    for row in rows():
        try:
            row["values"] = {reduction: value(row, reduction) for reduction in REDUCTIONS}
        except Exception as error:
            print("left out:", row, type(error).__name__)
            continue
        kept.append(row)
        configs.setdefault(row["class_name"], config({**row, "kwargs": {}}))
    inputs = {name: value.tolist() for name, value in INPUTS.items()}
    with open(target, "w") as file:
        file.write('{"inputs": ' + json.dumps(inputs) + ',\n"configs": ' + json.dumps(configs) + ',\n"rows": [\n')
        file.write(",\n".join(json.dumps(row) for row in kept) + "\n]}\n")


if __name__ == "__main__":
    main(sys.argv[1])

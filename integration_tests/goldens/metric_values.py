"""Writes the golden values of `keras/src/metrics/testdata/values.json`.

Run it under the reference library (public API only): `KERAS_BACKEND=torch python metric_values.py OUT.json`
(torch, because there a mask can be attached to a tensor).
Each row holds a class, its arguments, two batches of inputs, the result after each, and the variables; inputs stand in
`inputs`, by name: a batch is the first or the second half of each.
"""

import json
import sys

import numpy as np

import keras


def draw(shape, seed, low=0.0, high=1.0):
    return np.round(np.random.RandomState(seed).uniform(low, high, shape), 3)


def one_hot(shape, seed, classes=3):
    return np.eye(classes)[np.random.RandomState(seed).randint(0, classes, shape)]


def simplex(shape, seed):
    raw = draw(shape, seed, 0.05, 1.0)
    return np.round(raw / raw.sum(-1, keepdims=True), 4)


INPUTS = {
    "real": draw((12, 3), 0, -2.0, 2.0),
    "real_b": draw((12, 3), 1, -2.0, 2.0),
    "real_3d": draw((4, 5, 3), 2, -2.0, 2.0),
    "real_3d_b": draw((4, 5, 3), 3, -2.0, 2.0),
    "positive": draw((12, 3), 4, 0.1, 3.0),
    "positive_b": draw((12, 3), 5, 0.1, 3.0),
    "binary": (draw((12, 3), 6) > 0.5).astype(float),
    "signs": np.where(draw((12, 3), 8) > 0.5, 1.0, -1.0),
    "probability": draw((12, 3), 9),
    "binary_vector": (draw((12,), 10) > 0.4).astype(float),
    "probability_vector": draw((12,), 11),
    "logit_vector": draw((12,), 12, -3.0, 3.0),
    "simplex": simplex((12, 3), 13),
    "simplex_3d": simplex((4, 5, 3), 14),
    "one_hot": one_hot(12, 15),
    "one_hot_3d": one_hot((4, 5), 16),
    "classes": np.random.RandomState(17).randint(0, 3, 12),
    "classes_b": np.random.RandomState(18).randint(0, 3, 12),
    "classes_column": np.random.RandomState(17).randint(0, 3, (12, 1)),
    "classes_3d": np.random.RandomState(19).randint(0, 3, (4, 5)),
    "classes_3d_b": np.random.RandomState(20).randint(0, 3, (4, 5)),
    "ranking": np.argsort(-draw((12, 3), 21), axis=-1),
    "weight": draw((12,), 22, 0.0, 2.0),
    "weight_column": draw((12, 1), 23, 0.0, 2.0),
    "weight_full": draw((12, 3), 24, 0.0, 2.0),
    "weight_3d": draw((4, 5), 25, 0.0, 2.0),
    "mask": draw((12,), 26) > 0.4,
    "mask_3d": draw((4, 5), 27) > 0.4,
}

REAL = [("real", "real_b"), ("real_3d", "real_3d_b")]
VECTOR = [("binary_vector", "probability_vector")]
BOTH = [("binary_vector", "probability_vector"), ("binary", "probability")]
SPARSE = [("classes", "simplex"), ("classes_column", "simplex"), ("classes_3d", "simplex_3d")]
HOT = [("one_hot", "simplex"), ("one_hot_3d", "simplex_3d")]

CASES = [
    ("Mean", {}, [(None, "real"), (None, "probability_vector"), (None, "real_3d")]),
    ("Sum", {}, [(None, "real"), (None, "probability_vector"), (None, "real_3d")]),
    ("Accuracy", {}, [("classes", "classes_b"), ("classes_3d", "classes_3d_b")]),
    ("BinaryAccuracy", {}, BOTH),
    ("BinaryAccuracy", {"threshold": 0.3}, BOTH),
    ("CategoricalAccuracy", {}, HOT),
    ("SparseCategoricalAccuracy", {}, SPARSE),
    ("TopKCategoricalAccuracy", {"k": 2}, HOT),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, SPARSE),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, [("classes", "ranking")]),
    ("BinaryCrossentropy", {}, BOTH),
    (
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        [("binary", "real_b"), ("binary_vector", "logit_vector")],
    ),
    ("CategoricalCrossentropy", {}, HOT),
    (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        [("one_hot", "real_b"), ("one_hot_3d", "real_3d")],
    ),
    ("SparseCategoricalCrossentropy", {}, SPARSE),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, [("classes", "real"), ("classes_3d", "real_3d")]),
    ("KLDivergence", {}, [("simplex", "probability")]),
    ("Poisson", {}, [("positive", "positive_b")]),
    ("MeanSquaredError", {}, REAL),
    ("RootMeanSquaredError", {}, [*REAL, ("binary_vector", "probability_vector")]),
    ("MeanAbsoluteError", {}, REAL),
    ("MeanAbsolutePercentageError", {}, REAL),
    ("MeanSquaredLogarithmicError", {}, [("positive", "positive_b")]),
    ("CosineSimilarity", {}, REAL),
    ("CosineSimilarity", {"axis": 1}, [("real_3d", "real_3d_b")]),
    ("LogCoshError", {}, REAL),
    ("Hinge", {}, [("signs", "real"), ("binary", "real")]),
    ("SquaredHinge", {}, [("signs", "real"), ("binary", "real")]),
    ("CategoricalHinge", {}, [("one_hot", "real")]),
    ("PearsonCorrelation", {}, REAL),
    ("PearsonCorrelation", {"axis": 0}, [("real", "real_b")]),
    ("ConcordanceCorrelation", {}, REAL),
    ("ConcordanceCorrelation", {"axis": 0}, [("real", "real_b")]),
    ("R2Score", {}, [("real", "real_b"), ("binary_vector", "probability_vector")]),
    ("R2Score", {"class_aggregation": None}, [("real", "real_b")]),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 1}, [("real", "real_b")]),
    ("FBetaScore", {"beta": 2.0, "threshold": 0.5}, [("binary", "probability")]),
    ("FBetaScore", {"average": "micro"}, [("one_hot", "simplex")]),
    ("F1Score", {}, [("one_hot", "simplex")]),
    ("F1Score", {"average": "macro", "threshold": 0.4}, [("binary", "probability")]),
    ("F1Score", {"average": "weighted"}, [("one_hot", "simplex")]),
    ("TruePositives", {}, BOTH),
    ("TrueNegatives", {"thresholds": [0.2, 0.6]}, BOTH),
    ("FalsePositives", {"thresholds": 0.3}, BOTH),
    ("FalseNegatives", {"thresholds": [0.2, 0.6]}, BOTH),
    ("Precision", {}, BOTH),
    ("Precision", {"thresholds": [0.2, 0.6]}, BOTH),
    ("Precision", {"top_k": 2}, [("binary", "probability")]),
    ("Precision", {"class_id": 1}, [("binary", "probability")]),
    ("Precision", {"class_id": 1, "top_k": 1, "thresholds": 0.1}, [("binary", "probability")]),
    ("Recall", {}, BOTH),
    ("Recall", {"thresholds": [0.2, 0.6]}, BOTH),
    ("Recall", {"top_k": 2}, [("binary", "probability")]),
    ("Recall", {"class_id": 2}, [("binary", "probability")]),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, BOTH),
    ("SensitivityAtSpecificity", {"specificity": 0.4, "num_thresholds": 1, "class_id": 1}, [("binary", "probability")]),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 10}, BOTH),
    ("PrecisionAtRecall", {"recall": 0.7, "num_thresholds": 10}, BOTH),
    ("PrecisionAtRecall", {"recall": 0.7, "class_id": 1}, [("binary", "probability")]),
    ("RecallAtPrecision", {"precision": 0.6}, BOTH),
    ("RecallAtPrecision", {"precision": 0.999, "num_thresholds": 10}, BOTH),
    ("AUC", {}, BOTH),
    ("AUC", {"num_thresholds": 10, "summation_method": "minoring"}, VECTOR),
    ("AUC", {"num_thresholds": 10, "summation_method": "majoring"}, VECTOR),
    ("AUC", {"num_thresholds": 10, "curve": "PR"}, BOTH),
    ("AUC", {"num_thresholds": 10, "curve": "PR", "summation_method": "minoring"}, VECTOR),
    ("AUC", {"num_thresholds": 10, "curve": "PR", "summation_method": "majoring"}, VECTOR),
    ("AUC", {"num_thresholds": 10, "curve": "PRGAIN"}, VECTOR),
    ("AUC", {"thresholds": [0.1, 0.35, 0.8]}, VECTOR),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75]}, VECTOR),
    ("AUC", {"from_logits": True, "num_thresholds": 10}, [("binary_vector", "logit_vector")]),
    ("AUC", {"multi_label": True, "num_thresholds": 10}, [("binary", "probability")]),
    (
        "AUC",
        {"multi_label": True, "num_labels": 3, "label_weights": [0.2, 1.0, 0.5], "curve": "PR"},
        [("binary", "probability")],
    ),
    ("AUC", {"multi_label": True, "num_labels": 3, "thresholds": [0.2, 0.7]}, [("binary", "probability")]),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2]}, [("classes", "classes_b"), ("classes_3d", "classes_3d_b")]),
    ("IoU", {"num_classes": 3, "target_class_ids": [1], "sparse_y_pred": False}, [("classes", "simplex")]),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 1], "ignore_class": 2}, [("classes", "classes_b")]),
    ("BinaryIoU", {}, BOTH),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, BOTH),
    ("MeanIoU", {"num_classes": 3}, [("classes", "classes_b"), ("classes_3d", "classes_3d_b")]),
    ("MeanIoU", {"num_classes": 4, "dtype": "float32"}, [("classes", "classes_b")]),
    (
        "OneHotIoU",
        {"num_classes": 3, "target_class_ids": [0, 2]},
        [("one_hot", "simplex"), ("one_hot_3d", "simplex_3d")],
    ),
    ("OneHotMeanIoU", {"num_classes": 3}, [("one_hot", "simplex")]),
    ("OneHotMeanIoU", {"num_classes": 3, "sparse_y_pred": True}, [("one_hot", "classes")]),
]

FULL_WEIGHTS = ("Mean", "Sum", "AUC", "Precision", "Recall", "TruePositives", "FalseNegatives")
MASKED = ("Mean", "Sum", "Accuracy", "SparseCategoricalAccuracy", "MeanSquaredError", "CategoricalCrossentropy")


def weights(name, y_pred):
    if y_pred.endswith("_3d") or y_pred.endswith("_3d_b"):
        return ["weight_3d"]
    if INPUTS[y_pred].ndim == 1:
        return ["weight"]
    return ["weight", "weight_column", *(["weight_full"] if name in FULL_WEIGHTS else [])]


def rows():
    for name, kwargs, pairs in CASES:
        for y_true, y_pred in pairs:
            row = {"class_name": name, "kwargs": kwargs, "y_true": y_true, "y_pred": y_pred}
            yield row
            if name.endswith("Correlation"):
                continue
            if name == "FBetaScore" and kwargs.get("average") == "micro":
                # There the reference multiplies each sample by the weights of all.
                continue
            for weight in weights(name, y_pred):
                yield {**row, "sample_weight": weight}
            if name in MASKED and (y_pred.endswith("_3d") or name in ("Mean", "MeanSquaredError")):
                yield {**row, "mask": "mask_3d" if "_3d" in y_pred else "mask"}


def batch(name, index):
    if name is None:
        return None
    value = INPUTS[name]
    half = len(value) // 2
    value = value[:half] if index == 0 else value[half:]
    kind = {"f": "float32", "b": "bool"}.get(value.dtype.kind, "int32")
    return keras.ops.convert_to_tensor(value, dtype=kind)


def plain(value):
    return keras.ops.convert_to_numpy(value).tolist() if keras.ops.is_tensor(value) else value


def update(metric, row, index):
    y_true, y_pred = batch(row["y_true"], index), batch(row["y_pred"], index)
    if "mask" in row:
        y_pred._keras_mask = batch(row["mask"], index)
    weight = batch(row.get("sample_weight"), index)
    inputs = (y_pred,) if y_true is None else (y_true, y_pred)
    metric.update_state(*inputs, sample_weight=weight)


def evaluate(row):
    metric = getattr(keras.metrics, row["class_name"])(**row["kwargs"])
    results = []
    for index in range(2):
        update(metric, row, index)
        result = np.asarray(keras.ops.convert_to_numpy(metric.result()), dtype="float64")
        results.append(np.array([float(f"{x:.8g}") for x in result.ravel()]).reshape(result.shape).tolist())
    variables = [(v.name, list(v.shape), v.dtype) for v in metric.variables]
    config = keras.tree.map_structure(plain, metric.get_config())
    config.pop("name")
    return {"results": results, "variables": variables, "config": config}


def main(target):
    kept = []
    for row in rows():
        try:
            found = evaluate(row)
        except Exception as error:
            print("left out:", row, type(error).__name__)
            continue
        if "sample_weight" in row or "mask" in row:
            found = {"results": found["results"]}
        kept.append({**row, **found})
    inputs = {name: value.tolist() for name, value in INPUTS.items()}
    with open(target, "w") as file:
        file.write('{"inputs": ' + json.dumps(inputs) + ',\n"rows": [\n')
        file.write(",\n".join(json.dumps(row) for row in kept) + "\n]}\n")


if __name__ == "__main__":
    main(sys.argv[1])

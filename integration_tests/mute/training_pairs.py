"""Two values of each argument of losses, metrics, optimizers and schedules, and the data on which they differ."""

import numpy as np

import keras

RNG = np.random.default_rng(5)
ONE_HOT = np.eye(3, dtype="float32")[[0, 1, 2, 1, 0, 2, 2, 1]]
PROBABILITIES = RNG.uniform(0.05, 0.95, (8, 3)).astype("float32")
REAL = RNG.normal(size=(8, 3)).astype("float32")
POSITIVE = RNG.uniform(0.5, 2.0, (8, 3)).astype("float32")
LABELS = np.array([0, 1, 2, 1, 0, 2, 2, 1], "int32")
WEIGHT = RNG.uniform(0.2, 2.0, 8).astype("float32")
SQUARE = (np.array([0, 2, 1], "int32"), PROBABILITIES[:3])
VECTORS = RNG.normal(size=(8, 3)).astype("float32")
SEQUENCES = (np.array([[1, 2, 1], [3, 1, 2]] * 4, "int32"), RNG.normal(size=(8, 6, 5)).astype("float32"))
LABEL_COLUMNS = tuple(np.array([x], "int32").T for x in ([0, 1, 2, 1, 2, 1, 0, 1], [0, 1, 2, 0, 1, 1, 0, 1]))

# Targets and predictions; what stands under a class and an argument comes first, then what stands under a class.
DATA = {
    "CTC": SEQUENCES,
    "CategoricalGeneralizedCrossEntropy": (LABELS, PROBABILITIES),
    "Circle": (LABELS, VECTORS),
    "SparseCategoricalCrossentropy": (LABELS, PROBABILITIES),
    ("SparseCategoricalCrossentropy", "axis"): SQUARE,
    "SparseCategoricalAccuracy": (LABELS, PROBABILITIES),
    "SparseTopKCategoricalAccuracy": (LABELS, PROBABILITIES),
    "Accuracy": (LABELS, LABELS[::-1].copy()),
    "IoU": LABEL_COLUMNS,
    "MeanIoU": LABEL_COLUMNS,
    ("IoU", "axis"): (ONE_HOT[:3], PROBABILITIES[:3]),
    ("MeanIoU", "axis"): (ONE_HOT[:3], PROBABILITIES[:3]),
    ("OneHotIoU", "axis"): (ONE_HOT[:3], PROBABILITIES[:3]),
    ("OneHotMeanIoU", "axis"): (ONE_HOT[:3], PROBABILITIES[:3]),
    ("OneHotIoU", "sparse_y_pred"): (ONE_HOT[:, :3], LABEL_COLUMNS[1]),
    ("OneHotMeanIoU", "sparse_y_pred"): (ONE_HOT[:, :3], LABEL_COLUMNS[1]),
    **{name: (ONE_HOT, REAL) for name in ("Hinge", "SquaredHinge", "CategoricalHinge")},
    **{name: (POSITIVE, REAL) for name in ("Huber", "LogCosh", "LogCoshError", "CosineSimilarity", "R2Score")},
    **{name: (REAL, POSITIVE + REAL) for name in ("ConcordanceCorrelation", "PearsonCorrelation")},
}

# Two values of each argument; what stands under a class comes first.
PAIRS = {
    "name": ("one", "two"),
    "dtype": ("float32", "bfloat16"),
    "reduction": ("sum_over_batch_size", "sum"),
    "axis": (-1, 0),
    "from_logits": (False, True),
    "label_smoothing": (0.0, 0.3),
    "ignore_class": (None, 1),
    "alpha": (0.25, 0.7),
    "beta": (0.5, 0.9),
    "gamma": (2.0, 3.0),
    "apply_class_balancing": (False, True),
    "q": (0.5, 0.8),
    "margin": (0.4, 0.2),
    "remove_diagonal": (True, False),
    "delta": (1.0, 0.2),
    # Metrics.
    "num_thresholds": (200, 3),
    "curve": ("ROC", "PR"),
    "summation_method": ("interpolation", "majoring"),
    "multi_label": (False, True),
    "num_labels": (None, 3),
    "label_weights": (None, [0.1, 0.2, 0.9]),
    "threshold": (0.5, 0.8),
    "target_class_ids": ([0], [1]),
    "average": (None, "macro"),
    "num_classes": (3, 4),
    "sparse_y_true": (True, False),
    "sparse_y_pred": (True, False),
    "fn": (keras.losses.mean_squared_error, keras.losses.mean_absolute_error),
    "top_k": (None, 1),
    "class_id": (None, 1),
    "recall": (0.2, 0.9),
    "precision": (0.2, 0.9),
    "specificity": (0.2, 0.9),
    "sensitivity": (0.2, 0.9),
    "class_aggregation": ("uniform_average", "variance_weighted_average"),
    "num_regressors": (0, 2),
    "k": (1, 2),
    "from_sorted_ids": (False, True),
    "thresholds": (None, [0.3, 0.8]),
    # Optimizers.
    "learning_rate": (0.01, 0.1),
    "weight_decay": (0.004, 0.2),
    "clipnorm": (None, 0.1),
    "clipvalue": (None, 0.05),
    "global_clipnorm": (None, 0.1),
    "use_ema": (False, True),
    "ema_momentum": (0.99, 0.5),
    "ema_overwrite_frequency": (None, 2),
    "loss_scale_factor": (None, 8.0),
    "gradient_accumulation_steps": (None, 2),
    "rho": (0.95, 0.5),
    "epsilon": (1e-7, 0.1),
    "beta_1": (0.9, 0.5),
    "beta_2": (0.99, 0.8),
    "beta_2_decay": (-0.8, -0.3),
    "epsilon_1": (1e-30, 1.0),
    "epsilon_2": (0.001, 5.0),
    "clip_threshold": (1.0, 0.1),
    "relative_step": (True, False),
    "initial_accumulator_value": (0.1, 0.9),
    "amsgrad": (False, True),
    "learning_rate_power": (-0.5, -0.2),
    "l1_regularization_strength": (0.0, 0.3),
    "l2_regularization_strength": (0.0, 0.3),
    "l2_shrinkage_regularization_strength": (0.0, 0.3),
    "momentum": (0.0, 0.9),
    "centered": (False, True),
    "nesterov": (False, True),
    "adam_beta_1": (0.9, 0.5),
    "adam_beta_2": (0.99, 0.8),
    "adam_weight_decay": (0.004, 0.2),
    "exclude_layers": (None, ["dense"]),
    "exclude_embeddings": (True, False),
    "muon_a": (3.4445, 3.0),
    "muon_b": (-4.775, -4.0),
    "muon_c": (2.0315, 1.5),
    "adam_lr_ratio": (1, 0.5),
    "ns_steps": (5, 1),
    "rms_rate": (0.2, 0.4),
    # Schedules.
    "initial_learning_rate": (0.1, 0.2),
    "decay_steps": (4, 8),
    "first_decay_steps": (3, 5),
    "decay_rate": (0.9, 0.5),
    "staircase": (False, True),
    "warmup_target": (None, 0.5),
    "warmup_steps": (0, 3),
    "t_mul": (2.0, 1.0),
    "m_mul": (1.0, 0.5),
    "boundaries": ([2, 5], [3, 4]),
    "values": ([0.1, 0.2, 0.3], [0.1, 0.2, 0.4]),
    "end_learning_rate": (0.0001, 0.01),
    "power": (1.0, 2.0),
    "cycle": (False, True),
    ("CosineDecay", "alpha"): (0.0, 0.3),
    ("CosineDecayRestarts", "alpha"): (0.0, 0.3),
    ("Circle", "gamma"): (80.0, 10.0),
    ("Dice", "reduction"): ("sum", "none"),
    ("Tversky", "reduction"): ("sum", "none"),
    ("BinaryAccuracy", "threshold"): (0.5, 0.2),
    ("Dice", "axis"): (None, 1),
    ("Tversky", "axis"): (None, 1),
    ("AUC", "thresholds"): (None, [0.3, 0.8]),
    ("F1Score", "threshold"): (None, 0.5),
    ("FBetaScore", "threshold"): (None, 0.5),
    ("FBetaScore", "beta"): (1.0, 2.0),
    ("Ftrl", "beta"): (0.0, 0.5),
    ("Muon", "momentum"): (0.95, 0.5),
}

# Arguments that others need beside them; what stands under a class comes first.
WITH = {
    ("CosineDecay", "warmup_target"): {"warmup_steps": 3},
    ("CosineDecay", "warmup_steps"): {"warmup_target": 0.5},
    ("Dice", "reduction"): {"axis": 1},
    ("Tversky", "reduction"): {"axis": 1},
    ("FBetaScore", "beta"): {"threshold": 0.3},
    ("OneHotIoU", "ignore_class"): {"target_class_ids": [1]},
    ("OneHotIoU", "sparse_y_pred"): {"target_class_ids": [1]},
    ("BinaryFocalCrossentropy", "alpha"): {"apply_class_balancing": True},
    ("AUC", "summation_method"): {"num_thresholds": 5},
    ("AUC", "num_labels"): {"multi_label": True},
    ("AUC", "label_weights"): {"multi_label": True, "num_labels": 3},
    ("IoU", "axis"): {"sparse_y_true": False, "sparse_y_pred": False},
    ("MeanIoU", "axis"): {"sparse_y_true": False, "sparse_y_pred": False},
    "ema_momentum": {"use_ema": True},
    "ema_overwrite_frequency": {"use_ema": True},
    "nesterov": {"momentum": 0.9},
    ("Adafactor", "beta_2_decay"): {"clip_threshold": 100.0},
    ("Adafactor", "epsilon_1"): {"clip_threshold": 100.0},
}

# What a class cannot be made without, and what makes its arguments visible.
REQUIRED = {
    "IoU": {"num_classes": 3, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 3},
    "MeanMetricWrapper": {"fn": keras.losses.mean_squared_error},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "SparseTopKCategoricalAccuracy": {"k": 1},
    "TopKCategoricalAccuracy": {"k": 1},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 6},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 3},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [2, 5], "values": [0.1, 0.2, 0.3]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 4},
}

# Classes whose arguments have no row of their own.
ABSTRACT = {
    "Loss": "has no values without a subclass, and hands its arguments down to each",
    "Metric": "has no result without a subclass, and hands its arguments down to each",
    "Optimizer": "has no rule without a subclass, and hands its arguments down to each",
    "LearningRateSchedule": "takes no arguments",
    "LossScaleOptimizer": "has tests of its own below",
    "MultiOptimizer": "has tests of its own below",
}

# Arguments that nothing but the config shows, as in Keras 3.15.1.
ONLY_IN_CONFIGS = {("Adafactor", "relative_step"): "the rate falls in either case"}

# Arguments of a class and of its subclasses that a config does not hold, as those of Keras 3.15.1 do not.
NOT_IN_CONFIGS = {("Loss", "dtype"): "a config that names a dtype would not be the one that files hold"}

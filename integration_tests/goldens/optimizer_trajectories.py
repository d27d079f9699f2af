"""Writes the golden trajectories of `keras/src/optimizers/testdata/trajectories.npz`.

Run it under the reference library (public API only): `KERAS_BACKEND=jax python optimizer_trajectories.py OUT.npz`.
Each row is an optimizer config run for `STEPS` steps over fixed gradients; the flattened values of all variables are
kept at the steps named in `CHECKPOINTS`, with the name and sum of each optimizer variable after the last step.
"""

import json
import sys

import numpy as np

import keras

STEPS = 20
CHECKPOINTS = (1, 2, 3, 8, 20)
SHAPES = {"kernel": (4, 3), "bias": (3,), "conv": (2, 2, 3)}

OPTIMIZERS = [
    ("SGD", {"learning_rate": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {"learning_rate": 0.05}),
    ("Adam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.9, "amsgrad": True}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.02}),
    ("Adamax", {"learning_rate": 0.05}),
    ("Nadam", {"learning_rate": 0.05}),
    ("RMSprop", {"learning_rate": 0.05}),
    ("RMSprop", {"learning_rate": 0.05, "rho": 0.8, "momentum": 0.5, "centered": True}),
    ("Adagrad", {"learning_rate": 0.1}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adafactor", {"learning_rate": 0.1}),
    ("Adafactor", {"learning_rate": 0.1, "relative_step": False, "clip_threshold": 0.5}),
    ("Ftrl", {"learning_rate": 0.1}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "learning_rate_power": -0.7,
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.05,
            "l2_shrinkage_regularization_strength": 0.02,
            "beta": 0.1,
        },
    ),
    ("Lamb", {"learning_rate": 0.05}),
    ("Lion", {"learning_rate": 0.02}),
    ("Muon", {"learning_rate": 0.05}),
    ("Muon", {"learning_rate": 0.05, "nesterov": False, "adam_lr_ratio": 0.5, "rms_rate": None, "ns_steps": 3}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05, "warmup_steps": 5, "weight_decay": 0.02}),
]

MODES = {
    "plain": {},
    "clipnorm": {"clipnorm": 0.5},
    "global_clipnorm": {"global_clipnorm": 1.0},
    "clipvalue": {"clipvalue": 0.3},
    "weight_decay": {"weight_decay": 0.1},
    "ema": {"use_ema": True, "ema_momentum": 0.8},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 3},
    "loss_scale": {"loss_scale_factor": 8.0},
    "schedule": {
        "learning_rate": {
            "module": "keras.optimizers.schedules",
            "class_name": "ExponentialDecay",
            "config": {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5},
            "registered_name": None,
        }
    },
}

# Values far from the defaults, so that each argument of a rule shows in its trajectory.
TUNED = {
    "Adam": [{"epsilon": 0.01, "beta_1": 0.5, "beta_2": 0.7}, {"epsilon": 0.01, "amsgrad": True}],
    "AdamW": [{"epsilon": 0.01, "weight_decay": 0.1, "amsgrad": True}],
    "Adamax": [{"epsilon": 0.1, "beta_1": 0.5, "beta_2": 0.7}],
    "Nadam": [{"epsilon": 0.01, "beta_1": 0.5, "beta_2": 0.7}],
    "RMSprop": [
        {"epsilon": 0.1},
        {"epsilon": 0.1, "momentum": 0.3},
        {"epsilon": 0.1, "centered": True},
        {"epsilon": 0.1, "centered": True, "momentum": 0.3},
    ],
    "Adagrad": [{"epsilon": 0.1, "initial_accumulator_value": 0.5}],
    "Adadelta": [{"epsilon": 0.1, "rho": 0.5}],
    "Adafactor": [
        {"beta_2_decay": -0.5, "epsilon_1": 0.01, "epsilon_2": 0.1, "clip_threshold": 0.3, "relative_step": False}
    ],
    "Ftrl": [{"initial_accumulator_value": 0.5, "l2_regularization_strength": 0.3, "learning_rate_power": 0.0}],
    "Lamb": [{"epsilon": 0.01, "beta_1": 0.5, "beta_2": 0.7, "weight_decay": 0.1}],
    "Lion": [{"beta_1": 0.5, "beta_2": 0.7}],
    "Muon": [
        {"epsilon": 0.01, "adam_beta_1": 0.5, "adam_beta_2": 0.7, "adam_weight_decay": 0.2, "weight_decay": 0.1},
        {"muon_a": 3.0, "muon_b": -4.0, "muon_c": 1.8, "momentum": 0.5, "weight_decay": None},
    ],
    "ScheduleFreeAdamW": [{"epsilon": 0.01, "beta_1": 0.5, "beta_2": 0.7, "weight_decay": 0.1, "warmup_steps": 3}],
}

# Ways in which the features meet; the rule of the optimizer does not matter here.
MIXED = [
    {"gradient_accumulation_steps": 3, "clipnorm": 0.5},
    {"gradient_accumulation_steps": 3, "use_ema": True, "ema_momentum": 0.8},
    {"gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 3, "weight_decay": 0.1, "loss_scale_factor": 4.0, "global_clipnorm": 1.0},
    {"weight_decay": 0.1, "use_ema": True, "ema_momentum": 0.5, "clipvalue": 0.2},
]


def rows():
    for name, kwargs in OPTIMIZERS:
        for mode, extra in MODES.items():
            yield name, mode, {**kwargs, **extra}
    for name, settings in TUNED.items():
        for kwargs in settings:
            yield name, "tuned", {"learning_rate": 0.1, **kwargs}
    for extra in MIXED:
        yield "SGD", "mixed", {"learning_rate": 0.1, "momentum": 0.9, **extra}


def initial_values():
    count = sum(int(np.prod(shape)) for shape in SHAPES.values())
    flat = np.cos(np.arange(count) * 1.3).astype("float32")
    bounds = np.cumsum([int(np.prod(shape)) for shape in SHAPES.values()])[:-1]
    return {n: part.reshape(s) for (n, s), part in zip(SHAPES.items(), np.split(flat, bounds))}


def gradient(step, position, shape):
    angle = np.arange(np.prod(shape)) * 0.7 + step * 0.9 + position
    return (np.sin(angle) * (1.0 + 0.5 * np.cos(3.0 * step + position))).astype("float32").reshape(shape)


def run(class_name, kwargs):
    arguments = dict(kwargs)
    if isinstance(arguments["learning_rate"], dict):
        arguments["learning_rate"] = keras.optimizers.schedules.deserialize(arguments["learning_rate"])
    optimizer = getattr(keras.optimizers, class_name)(**arguments)
    if optimizer.weight_decay and class_name != "Muon":
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    variables = [keras.Variable(value, name=name) for name, value in initial_values().items()]
    optimizer.build(variables)
    kept = []
    for step in range(STEPS):
        gradients = [gradient(step, i, v.shape) for i, v in enumerate(variables)]
        scale = kwargs.get("loss_scale_factor", 1.0)
        optimizer.apply([keras.ops.convert_to_tensor(g * scale) for g in gradients], variables)
        if step + 1 in CHECKPOINTS:
            kept.append(np.concatenate([keras.ops.convert_to_numpy(v).ravel() for v in variables]))
    state = [(v.name, float(np.sum(keras.ops.convert_to_numpy(v)))) for v in optimizer.variables]
    optimizer.finalize_variable_values(variables)
    kept.append(np.concatenate([keras.ops.convert_to_numpy(v).ravel() for v in variables]))
    return optimizer.get_config(), state, np.stack(kept)


def main(target):
    described, values = [], []
    for class_name, mode, kwargs in rows():
        config, state, trajectory = run(class_name, kwargs)
        config.pop("name")
        described.append({"class_name": class_name, "mode": mode, "kwargs": kwargs, "config": config, "state": state})
        values.append(trajectory)
    np.savez_compressed(target, rows=np.array(json.dumps(described)), values=np.stack(values).astype("float32"))


if __name__ == "__main__":
    main(sys.argv[1])

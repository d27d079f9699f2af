"""`fit`, `evaluate` and `predict` beside loops written by hand on the running engine.

    KERAS_BACKEND=jax python benchmarks/fit.py [case ...]
    KERAS_BACKEND=jax python benchmarks/fit.py --other "COMMAND" [case ...]

Prints a row for each measurement: microseconds for a step (or a call) by hand and here, and their ratio. COMMAND is a
command line that runs a script under another implementation of the same API; each case then runs in turn in a process
of each, as often as `--turns` says, and the least of the medians count. A first step is the first of its process, by hand
too: it holds what the engine loads and compiles once. With `--processor`, times are those of the processor, which other
work on the machine changes little.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402  the variable above must be set before engines are imported

import keras  # noqa: E402
from keras import layers  # noqa: E402

RNG = np.random.default_rng(0)
ROUNDS = 5
MARK = "MEASURED "
clock = time.process_time if "--processor" in sys.argv else time.perf_counter


def labels(x):
    return RNG.integers(0, 10, len(x)).astype("int32")


def mlp():
    x = RNG.normal(size=(32 * 250, 32)).astype("float32")
    stack = [layers.Input((32,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")]
    return keras.Sequential([*stack, layers.Dense(10)]), x, 32


def convnet():
    x = RNG.normal(size=(64 * 12, 28, 28, 1)).astype("float32")
    stack = [layers.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
    stack += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    return keras.Sequential([*stack, layers.Dense(10)]), x, 64


def transformer():
    tokens = RNG.integers(0, 1000, (16 * 12, 64)).astype("int32")
    inputs = layers.Input((64,), dtype="int32")
    x = layers.Embedding(1000, 128)(inputs)
    for _ in range(6):
        normalized = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(8, 16)(normalized, normalized)])
        wide = layers.Dense(512, activation="relu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(128)(wide)])
    outputs = layers.Dense(10)(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, outputs), tokens, 16


def lstm():
    x = RNG.normal(size=(32 * 20, 50, 32)).astype("float32")
    stack = [layers.Input((50, 32)), layers.LSTM(64, return_sequences=True), layers.LSTM(64)]
    return keras.Sequential([*stack, layers.Dense(10)]), x, 32


CASES = {"mlp": mlp, "convnet": convnet, "transformer": transformer, "lstm": lstm}
DECAY = {"transformer": 0.004}


def optimizer(case):
    return keras.optimizers.AdamW(weight_decay=DECAY[case]) if case in DECAY else keras.optimizers.Adam()


def interleaved(*runs, rounds=ROUNDS):
    """Median seconds of each function, the functions taking turns after one call to warm up."""
    seconds = [[] for _ in runs]
    for turn in range(rounds + 1):
        for run, spent in zip(runs, seconds):
            start = clock()
            run()
            if turn:
                spent.append(clock() - start)
    return [statistics.median(spent) for spent in seconds]


def measure(case):
    """Seconds by name; the values are pairs (here, by hand), or one number where nothing is written by hand."""
    CASES["mlp"]()  # What is imported on first use is no part of building.
    start = clock()
    model, x, batch_size = CASES[case]()
    y = labels(x)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer(case), loss, metrics=["accuracy"])
    built = clock()
    options = {"batch_size": batch_size, "verbose": 0}
    model.fit(x[:batch_size], y[:batch_size], **options)
    results = {"build": [built - start], "first step": [clock() - built]}

    steps, row, calls = len(x) // batch_size, x[:1], range(20)
    here = {
        "fit": (lambda: model.fit(x, y, **options), steps),
        "evaluate": (lambda: model.evaluate(x, y, **options), steps),
        "predict": (lambda: model.predict(x, **options), steps),
        "predict_row": (lambda: [model.predict(row, verbose=0) for _ in calls], 20),
    }
    loops = loops_by_hand(case, x, y, batch_size)
    for name, (run, count) in here.items():
        runs = [run]
        if loops is not None:
            by_hand = getattr(loops, name)
            runs.append((lambda f=by_hand: [f() for _ in calls]) if name == "predict_row" else by_hand)
        results[name] = [seconds / count for seconds in interleaved(*runs)]
    return results


def measure_first_step_by_hand(case):
    """Seconds of the first step of the case by hand, in a process that trained nothing before; none where there are no loops."""
    _, x, batch_size = CASES[case]()
    x = x[:batch_size]
    loops = loops_by_hand(case, x, labels(x), batch_size)
    if loops is None:
        return {}
    start = clock()
    loops.fit()
    return {"first step": [clock() - start]}


def loops_by_hand(case, x, y, batch_size):
    """The case as somebody would write it on the engine, or `None` where this runs without the loops beside it."""
    try:
        loops = __import__(f"by_hand.{keras.backend.backend()}_loops", fromlist=["Loops"])
    except ImportError:
        return None
    return loops.Loops(case, x, y, batch_size, DECAY.get(case, 0.0))


def in_process(command, case, what="--measure"):
    """Results of a case, measured in a process of its own."""
    command = [*command, os.path.abspath(__file__), what, case, *(["--processor"] if "--processor" in sys.argv else [])]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    for line in lines.stdout.splitlines():
        if line.startswith(MARK):
            return json.loads(line[len(MARK) :])
    raise SystemExit(f"{' '.join(command)} measured nothing for {case!r}; it ended with {lines.returncode}.")


def best_of(command, case, turns, what="--measure"):
    results = [in_process(command, case, what) for _ in range(turns)]
    return {name: [min(column) for column in zip(*(r[name] for r in results))] for name in results[0]}


def report(case, other, turns):
    here = best_of([sys.executable], case, turns)
    for name, seconds in best_of([sys.executable], case, turns, "--by-hand").items():
        here[name] += seconds
    there = best_of(shlex.split(other), case, turns) if other else {}
    for name, seconds in here.items():
        mine, by_hand = seconds[0], seconds[1] if len(seconds) > 1 else None
        cells = [by_hand, there[name][0] if name in there else None, mine]
        texts = [" " * 12 if cell is None else f"{cell * 1e6:9.0f} us" for cell in cells]
        ratios = ["" if cell is None else f"{mine / cell:8.2f}x" for cell in cells[:2]]
        print(f"{keras.backend.backend():10} {case:11} {name:11} {' '.join(texts)} {' '.join(ratios)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(CASES))
    parser.add_argument("--other", help="command that runs a script under another implementation of the API")
    parser.add_argument("--measure", metavar="CASE", help="measure one case in this process, and print JSON")
    parser.add_argument("--by-hand", metavar="CASE", help="likewise, its first step written by hand")
    parser.add_argument("--processor", action="store_true", help="time of the processor, of all threads")
    parser.add_argument("--turns", type=int, default=2, help="processes of each, of which the best counts")
    arguments = parser.parse_args()
    if arguments.measure:
        print(MARK + json.dumps(measure(arguments.measure)))
    elif arguments.by_hand:
        print(MARK + json.dumps(measure_first_step_by_hand(arguments.by_hand)))
    else:
        print(f"{'engine':10} {'case':11} {'what':11} {'by hand':>12} {'other':>12} {'here':>12}   over by hand, other")
        for name in arguments.cases or CASES:
            report(name, arguments.other, arguments.turns)

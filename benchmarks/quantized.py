"""Three `Dense(1024)` in each mode of quantization: time of a prediction, bytes of weights, and the error that rounding makes;
and the memory that quantizing needs beside a larger model, in sizes of one of its layers, which Linux counts.

    KERAS_BACKEND=torch python benchmarks/quantized.py --other "COMMAND"

COMMAND is the beginning of a command line that runs a script under another implementation of the same API, which then comes first.
Times are the fastest of several rounds, in time of the processor, since a machine may have other work. Uses the public API only.
"""

import argparse
import ctypes
import gc
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

import numpy as np

import keras

SIZE, LAYERS, CALLS, ROUNDS = 1024, 3, 10, 5
LARGE, PROCESS = 2048, pathlib.Path("/proc/self")
MARK = "RESULT "


def configs():
    """The config of each mode, by a name; `None` for the model as it is."""
    made = keras.quantizers
    return {
        "float32": None,
        "int8": made.Int8QuantizationConfig(),
        "int8 weights": made.Int8QuantizationConfig(activation_quantizer=None),
        "int4": made.Int4QuantizationConfig(block_size=-1),
        "int4/128": made.Int4QuantizationConfig(block_size=128),
        "float8": made.Float8QuantizationConfig(),
    }


def model_of(config, size=SIZE):
    """The model, with weights that are the same under each implementation."""
    random = np.random.default_rng(0)
    stack = [keras.layers.Dense(size, use_bias=False) for _ in range(LAYERS)]
    model = keras.Sequential([keras.Input((size,)), *stack])
    for layer in stack:
        layer.kernel.assign((random.normal(size=(size, size)) / size**0.5).astype("float32"))
    if config is not None:
        model.quantize(config=config)
    return model


def peak(config):
    """The most memory that quantizing holds beside the model as it was, in sizes of a layer; NaN where nobody counts."""
    if config is None or not (PROCESS / "clear_refs").exists():
        return float("nan")
    model_of(config, LARGE)  # What is compiled stays.
    model = model_of(None, LARGE)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    (PROCESS / "clear_refs").write_text("5")
    before = kilobytes("VmRSS")
    model.quantize(config=config)
    return (kilobytes("VmHWM") - before) * 2**10 / (4 * LARGE**2)


def kilobytes(name):
    """A size of this process that Linux tells."""
    return next(int(line.split()[1]) for line in (PROCESS / "status").open() if line.startswith(name))


def milliseconds(function, *args):
    """Time of the processor that a call takes, in the fastest round."""
    function(*args)
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(CALLS):
            function(*args)
        rounds.append((time.process_time() - start) / CALLS)
    return 1000 * min(rounds)


def measured():
    """Dict from names of modes to numbers."""
    one, many = (np.random.default_rng(1).normal(size=(n, SIZE)).astype("float32") for n in (1, 32))
    results, whole = {}, None
    for name, config in configs().items():
        model = model_of(config)
        outputs = model.predict_on_batch(many)
        whole = outputs if whole is None else whole
        results[name] = {
            "1": milliseconds(model.predict_on_batch, one),
            "32": milliseconds(model.predict_on_batch, many),
            "megabytes": sum(np.asarray(w).nbytes for w in model.get_weights()) / 2**20,
            "peak": peak(config),
            "error": float(np.linalg.norm(outputs - whole) / np.linalg.norm(whole)),
        }
    return results


def run_by(command):
    """What this script measures under another command."""
    call = [*shlex.split(command), os.path.abspath(__file__), "--only"] if command else None
    done = subprocess.run(call or [sys.executable, __file__, "--only"], capture_output=True, text=True)
    found = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not found:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(found[-1].removeprefix(MARK))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", help="command that runs a script under another implementation of the API")
    parser.add_argument("--only", action="store_true", help="measure in this process, and print numbers for a program")
    arguments = parser.parse_args()
    if arguments.only:
        print(MARK + json.dumps(measured()))
        return
    print(
        f"{keras.backend.backend()}: {'mode':14}{'':8}{'ms, batch 1':>12}{'batch 32':>10}{'MB':>8}{'peak':>8}{'error':>9}"
    )
    sides = [("other", arguments.other), ("here", None)] if arguments.other else [("here", None)]
    tables = {side: run_by(command) for side, command in sides}
    for name in configs():
        for side, table in tables.items():
            x = table[name]
            print(
                f"  {name:22}{side:8}{x['1']:12.3f}{x['32']:10.3f}{x['megabytes']:8.2f}{x['peak']:8.2f}{x['error']:9.4f}"
            )


if __name__ == "__main__":
    main()

"""What a process needs to load its share of a model that several processes hold together: memory, and bytes of the file.

    KERAS_BACKEND=jax python benchmarks/sharded_load.py
    KERAS_BACKEND=torch python benchmarks/sharded_load.py --megabytes 64 --processes 4 --axis 1

The kernels of a stack of dense layers are divided among the processes, along their rows (`--axis 0`) or their columns. A line for
each format and process says how far its memory rose above what it had before there was a model, as a share of the model's size, and
which share of the file it read. Memory is counted by Linux (`VmHWM`), bytes too (`rchar`).
"""

import argparse
import json
import math
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

LAYERS = 4
FILES = ("model.keras", "model.weights.h5", "model.safetensors")


def build(megabytes):
    """A model of so many megabytes, in float32."""
    import keras

    width = math.isqrt(megabytes * 2**20 // 4 // LAYERS)
    return keras.Sequential(
        [keras.Input((width,)), *[keras.layers.Dense(width, use_bias=False) for _ in range(LAYERS)]]
    )


def save(folder, megabytes):
    """Writes the model in each format, and a small one."""
    if megabytes > 1:
        (folder / "small").mkdir()
        save(folder / "small", 1)
    model = build(megabytes)
    model.save(folder / FILES[0])
    for name in FILES[1:]:
        model.save_weights(folder / name)


def load(path, megabytes, axis):
    """Loads a file in a process of a job; prints what that took, as JSON."""
    import keras

    keras.distribution.initialize()
    devices = keras.distribution.list_devices()
    mesh = keras.distribution.DeviceMesh((1, len(devices)), ["batch", "model"], devices)
    layout_map = keras.distribution.LayoutMap(mesh)
    layout_map[".*kernel"] = ("model", None) if axis == 0 else (None, "model")
    keras.distribution.set_distribution(keras.distribution.ModelParallel(layout_map=layout_map))
    # What is imported, and compiled, for a first model does not count.
    load_model(path.parent / "small" / path.name, 1)
    memory = counted("status", "VmRSS")
    model, read = load_model(path, megabytes)
    took = {"memory": 1024 * (counted("status", "VmHWM") - memory), "read": read}
    model.predict(keras.ops.ones((1, model.input_shape[-1])), verbose=0)
    print(json.dumps(took))


def load_model(path, megabytes):
    """A model with the weights of a file, and the bytes that were read for it; memory counts from when loading begins."""
    import keras

    model = None if path.suffix == ".keras" else build(megabytes)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    read = counted("io", "rchar")
    if model is None:
        model = keras.saving.load_model(path)
    else:
        model.load_weights(path)
    return model, counted("io", "rchar") - read


def counted(file, name):
    """A number that Linux counts for this process."""
    lines = pathlib.Path("/proc/self", file).read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def run(arguments, environment=None):
    """Starts this script again."""
    command = [sys.executable, "-W", "ignore", __file__, *map(str, arguments)]
    return subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True)


def output_of(process):
    """What a process prints; raises where it fails."""
    output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"A process ended with status {process.returncode}.")
    return output


def measure(folder, name, options):
    """What each process of a job needs for a file: a list of dicts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*free.getsockname())
    job = {"KERAS_DISTRIBUTION_JOB_ADDRESSES": address, "KERAS_DISTRIBUTION_NUM_PROCESSES": str(options.processes)}
    settings = ["--load", folder / name, "--megabytes", options.megabytes, "--axis", options.axis]
    processes = [run(settings, {**job, "KERAS_DISTRIBUTION_PROCESS_ID": str(i)}) for i in range(options.processes)]
    return [json.loads(output_of(process).splitlines()[-1]) for process in processes]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the model")
    parser.add_argument("--processes", type=int, default=2, help="number of processes")
    parser.add_argument("--axis", type=int, choices=(0, 1), default=0, help="which axis of kernels is divided")
    parser.add_argument("--load", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--save", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.save:
        save(options.save, options.megabytes)
    elif options.load:
        load(options.load, options.megabytes, options.axis)
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            output_of(run(["--save", folder, "--megabytes", options.megabytes]))
            for file in FILES:
                size = (folder / file).stat().st_size
                for rank, took in enumerate(measure(folder, file, options)):
                    memory, read = took["memory"] / 2**20, took["read"] / size
                    share = memory / options.megabytes
                    print(
                        f"{file}, process {rank}: +{memory:.0f} MB, {share:.2f}x of the model, {read:.2f}x of the file read"
                    )


if __name__ == "__main__":
    main()

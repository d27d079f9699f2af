"""What `import keras` costs beyond importing the engine. Seconds, medians over fresh processes.

KERAS_BACKEND=jax python benchmarks/import_time.py
"""

import os
import statistics
import subprocess
import sys

ENGINES = {
    "jax": "jax, jax.numpy",
    "torch": "torch",
    "tensorflow": "tensorflow",
    "numpy": "numpy",
    "openvino": "openvino",
}


def seconds(statement, rounds=5):
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    times = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(float(done.stdout.split()[-1]))
    return statistics.median(times)


def main():
    engine = os.environ.get("KERAS_BACKEND", "jax")
    alone = seconds(f"import {ENGINES[engine]}")
    both = seconds("import keras")
    used = seconds("import keras; keras.layers.Dense; keras.Model; keras.optimizers.Adam")
    return {"engine alone": alone, "import keras": both - alone, "import keras and use layers": used - alone}


out = main()
if __name__ == "__main__":
    for name, value in out.items():
        print(f"{name:32} {value:8.3f} s")

"""What `import keras` does and leaves undone, and how the backend is chosen. Each case runs in a fresh Python."""

import ast
import importlib.metadata
import json
import os

import pytest

import keras
from integration_tests.isolated import output_of, run_python

ENGINES = ("tensorflow", "jax", "torch", "openvino")
# `None` in sys.modules makes an import fail, as if the package were not installed.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({!r}))\n"
BACKEND_NAME = "import keras; print(keras.config.backend())"


def write_config(home, text):
    home.mkdir(exist_ok=True)
    (home / "keras.json").write_text(text if isinstance(text, str) else json.dumps(text))
    return home


def engines_imported_by(backend):
    """Engines that the engine itself imports."""
    code = f"import sys, {backend or 'numpy'}; print([name for name in {ENGINES!r} if name in sys.modules])"
    return ast.literal_eval(output_of(code).splitlines()[-1])


def test_import_is_lazy_and_brings_no_other_engine():
    code = (
        f"ENGINES = {ENGINES!r}"
        + """
import sys, json, keras
loaded = set(sys.modules)
print(json.dumps({
    "engines": [name for name in ENGINES if name in loaded],
    "eager": [name for name in loaded if name.startswith(("keras.src.layers", "keras.src.models", "keras.layers"))],
}))
"""
    )
    backend = os.environ.get("KERAS_BACKEND", "")
    found = json.loads(output_of(code).splitlines()[-1])
    # TensorFlow imports JAX by itself where that is installed.
    assert set(found["engines"]) <= {backend, *engines_imported_by(backend)}
    assert found["eager"] == []


def test_names_and_packages_resolve_on_first_use():
    code = (
        f"EXPECTED = {importlib.metadata.version('keras')!r}"
        + """
import keras, keras.layers
from keras.layers import Dense
from keras.optimizers.schedules import ExponentialDecay
import keras.ops.numpy as knp
assert "Dense" in dir(keras.layers) and "layers" in dir(keras) and "Dense" in keras.layers.__all__
assert [name for name in dir(keras.layers) if name[0] != "_"] == keras.layers.__all__
assert keras.layers.Dense is Dense and vars(keras.layers)["Dense"] is Dense
assert keras.Model is keras.models.Model
assert keras.ops.sin is knp.sin is keras.ops.numpy.sin
assert keras.optimizers.schedules.ExponentialDecay is ExponentialDecay
star = {}
exec("from keras.losses import *", star)
assert star["MeanSquaredError"] is keras.losses.MeanSquaredError
try:
    keras.layers.Dence
except AttributeError as error:
    assert "keras.layers" in str(error) and "Dence" in str(error)
else:
    raise AssertionError("a name that does not exist was found")
assert not hasattr(keras, "dense")
assert keras.version() == keras.__version__ == EXPECTED
"""
    )
    output_of(code)


def test_what_is_imported_late_does_not_shift_random_numbers():
    code = """
import random, keras
keras.utils.set_random_seed(0)
before = random.getstate()
keras.Sequential, keras.layers.Dense, keras.optimizers.Adam, keras.callbacks.TensorBoard
assert random.getstate() == before
"""
    output_of(code)


def test_models_load_no_compiler_before_something_is_compiled():
    code = """
import sys, keras
engines = {name for name in sys.modules if name.startswith(("torch._dynamo", "jax.experimental.pallas"))}
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
model.predict(keras.ops.convert_to_numpy(keras.ops.ones((1, 2))), verbose=0)
later = {name for name in sys.modules if name.startswith(("torch._dynamo", "jax.experimental.pallas"))}
assert later == engines, sorted(later - engines)[:5]
"""
    output_of(code)


def test_the_chosen_backend_is_reported():
    backend = os.environ.get("KERAS_BACKEND")
    if backend is None:
        backend = output_of(BACKEND_NAME).splitlines()[-1]
    assert output_of(BACKEND_NAME, KERAS_BACKEND=backend).splitlines()[-1] == backend


def test_an_unknown_backend_is_an_error_that_names_the_variable():
    done = run_python("import keras", KERAS_BACKEND="jaxx")
    assert done.returncode != 0
    for word in ("KERAS_BACKEND", "'jaxx'", "tensorflow", "torch", "numpy", "openvino"):
        assert word in done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_engine_is_an_error_that_says_what_to_install(engine):
    done = run_python(WITHOUT.format([engine]) + "import keras", KERAS_BACKEND=engine)
    assert done.returncode != 0
    assert f"pip install keras[{engine}]" in done.stderr.replace('"', "").replace("'", "")


@pytest.mark.parametrize(
    "missing, expected",
    [(["tensorflow", "torch"], "jax"), (["tensorflow", "jax"], "torch"), (["tensorflow", "jax", "torch"], "numpy")],
)
def test_without_a_choice_the_first_installed_engine_serves(missing, expected, tmp_path):
    code = WITHOUT.format(missing) + BACKEND_NAME
    assert output_of(code, KERAS_BACKEND=None, KERAS_HOME=tmp_path).splitlines()[-1] == expected


def test_configuration_file_is_read_and_the_variable_wins(tmp_path):
    settings = {"backend": "jax", "floatx": "float64", "epsilon": 1e-5, "image_data_format": "channels_first"}
    home = write_config(tmp_path / "home", settings)
    code = "import keras; c = keras.config; print(c.backend(), c.floatx(), c.epsilon(), c.image_data_format())"
    last = output_of(code, KERAS_HOME=home, KERAS_BACKEND="numpy").splitlines()[-1]
    assert last == "numpy float64 1e-05 channels_first"
    home = write_config(home, {"backend": "numpy"})
    last = output_of(code, KERAS_HOME=home, KERAS_BACKEND=None).splitlines()[-1]
    assert last == "numpy float32 1e-07 channels_last"


def test_import_writes_nothing(tmp_path):
    home = tmp_path / "home"
    output_of("import keras; keras.config.floatx()", KERAS_HOME=home, HOME=tmp_path, KERAS_BACKEND="numpy")
    output_of("import keras; keras.config.floatx()", HOME=tmp_path, KERAS_BACKEND="numpy")
    assert not home.exists()
    assert not (tmp_path / ".keras").exists()


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"backend": ', ["keras.json"]),
        ('["numpy"]', ["keras.json"]),
        ({"backend": "jaxx"}, ["keras.json", "jaxx"]),
        ({"backend": "numpy", "floatx": "float31"}, ["keras.json", "float31"]),
        ({"backend": "numpy", "image_data_format": "last"}, ["keras.json", "last"]),
    ],
)
def test_a_bad_configuration_file_is_an_error_that_names_it(tmp_path, text, words):
    home = write_config(tmp_path / "home", text)
    done = run_python("import keras", KERAS_HOME=home, KERAS_BACKEND=None)
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr


def test_import_loads_only_what_chooses_and_runs_the_engine():
    # TensorFlow looks for `keras.src.optimizers` by itself while it is imported: what the engine asks for does not count.
    code = f"""
import sys, {os.environ.get("KERAS_BACKEND") or "numpy"}
before = set(sys.modules)
import keras
print(sorted({{name.split(".")[2] for name in set(sys.modules) - before if name.startswith("keras.src.")}}))
"""
    loaded = set(ast.literal_eval(output_of(code).splitlines()[-1]))
    # Seconds are measured by benchmarks/import_time.py; here it is what they are spent on.
    assert loaded <= {"api_export", "backend", "tree", "utils", "version"}, loaded


def test_no_other_distribution_provides_keras():
    assert set(importlib.metadata.packages_distributions()["keras"]) == {"keras"}
    installed = [d for d in importlib.metadata.distributions() if d.metadata["Name"] == "keras"]
    assert {d.version for d in installed} == {importlib.metadata.version("keras")}


def test_import_of_tensorflow_leaves_ours_in_place():
    code = (
        f"EXPECTED = {importlib.metadata.version('keras')!r}"
        + """
import tensorflow as tf
import keras
assert keras.version() == EXPECTED
assert tf.keras.__name__ == "keras" or tf.keras.layers.Dense is keras.layers.Dense
print(keras.__file__)
"""
    )
    assert output_of(code, KERAS_BACKEND="tensorflow").splitlines()[-1] == keras.__file__

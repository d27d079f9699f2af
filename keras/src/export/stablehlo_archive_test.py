"""Several functions for JAX in one file, read as its `README.txt` says."""

import zipfile

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.export import ExportArchive
from keras.src.export import stablehlo_archive
from keras.src.export.testing.archives import add_functions, model_with_states

jax = pytest.importorskip("jax")
pytest.importorskip("flatbuffers")
X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
ROWS = [keras.InputSpec("float32", (None, 4))]


class Loaded:
    """An archive, read by the lines of its README alone."""

    def __init__(self, path):
        self._names = {"PATH": str(path)}
        lines = zipfile.ZipFile(path).read("README.txt").decode().splitlines()
        code = [line.strip() for line in lines if line.startswith("    ")]
        self._call = "\n".join(code[code.index("") + 1 :][-3:]) if "" in code else "\n".join(code[-3:])
        exec("\n".join(code[:-3]), self._names)

    def __getattr__(self, name):
        return self._names[name]

    def __call__(self, endpoint, *inputs):
        exec(self._call.replace("NAME", endpoint), self._names, run := {**self._names, "inputs": inputs})
        return run["outputs"]


def written(archive, folder):
    archive.write_out(folder / "m.stablehlo", verbose=False)
    return Loaded(folder / "m.stablehlo")


def test_functions_share_weights(tmp_path):
    model, dense = model_with_states(X)
    archive = ExportArchive("stablehlo")
    add_functions(archive, model, ROWS)
    loaded = written(archive, tmp_path)
    for rows in (6, 2):
        np.testing.assert_allclose(loaded("serve", X[:rows]), dense[:rows] / np.sqrt(1.001), 1e-5, 1e-5)
        np.testing.assert_allclose(loaded("doubled", X[:rows])["twice"], 2 * dense[:rows], 1e-5, 1e-5)
    np.testing.assert_allclose(loaded("joined", X, {"more": X}), 2 * X, 1e-6)
    (kernel,) = (path for path in loaded.weights if path.endswith("head/kernel"))
    loaded.weights[kernel] = np.zeros((4, 3), "float32")
    np.testing.assert_allclose(loaded("serve", X), np.full((6, 3), 1 / np.sqrt(1.001)), rtol=1e-5)


def test_training_gives_what_it_changes(tmp_path):
    model, dense = model_with_states(X)
    archive = ExportArchive("stablehlo")
    archive.track(model)
    archive.add_endpoint("serve", model, ROWS)
    archive.add_endpoint("train", model, ROWS, training=True)
    archive.add_endpoint("unchanged", model, ROWS, training=True, is_static=True)
    loaded = written(archive, tmp_path)
    endpoints = loaded.described["endpoints"]
    assert not endpoints["serve"]["changes"] and not endpoints["unchanged"]["changes"]
    assert endpoints["serve"]["inputs"] == [{"name": "rows", "dtype": "float32", "shape": ["batch", 4]}]
    means = next(path for path in loaded.weights if path.endswith("moving_mean"))
    assert means in endpoints["train"]["changes"]
    loaded("unchanged", X)
    np.testing.assert_array_equal(loaded.weights[means], np.zeros(3))
    first, second = loaded("train", X), loaded("train", X)
    np.testing.assert_allclose(loaded.weights[means], 0.75 * dense.mean(0), rtol=1e-5)
    # Draws differ, and where they keep a number it is the normalized one.
    assert (np.array(first) != np.array(second)).any()
    kept = np.array(first) != 0
    normalized = (dense - dense.mean(0)) / np.sqrt(dense.var(0) + 0.001)
    np.testing.assert_allclose(np.array(first)[kept], 2 * normalized[kept], rtol=1e-4, atol=1e-4)
    mean, variance = 0.75 * dense.mean(0), 0.25 + 0.75 * dense.var(0)
    np.testing.assert_allclose(loaded("serve", X), (dense - mean) / np.sqrt(variance + 1e-3), rtol=1e-4, atol=1e-4)
    # The model itself is as it was.
    np.testing.assert_array_equal(ops.convert_to_numpy(model.layers[1].moving_mean), np.zeros(3))


def test_dtypes_and_collections(tmp_path):
    inputs = keras.Input((4,), name="rows")
    model = keras.Model(inputs, layers.Dense(2, dtype="bfloat16", name="head")(inputs))
    other = keras.Variable(np.arange(3), dtype="int32", name="other")
    archive = ExportArchive("stablehlo")
    archive.track(model)
    archive.add_endpoint("serve the model", model, ROWS)
    archive.add_variable_collection("all", [*model.weights, other])
    loaded = written(archive, tmp_path)
    kernel, bias, last = loaded.described["collections"]["all"]
    assert loaded.weights[kernel].dtype == "bfloat16" and loaded.weights[kernel].shape == (4, 2)
    np.testing.assert_array_equal(loaded.weights[last], np.arange(3))
    expected = model.predict(X, verbose=0).astype("float32")
    found = loaded(stablehlo_archive.file_name("serve the model"), X)
    np.testing.assert_allclose(found.astype("float32"), expected, rtol=2e-2, atol=2e-2)


def test_what_is_printed(tmp_path, capsys):
    archive = ExportArchive("stablehlo")
    archive.add_endpoint("same", lambda x: x, ROWS)
    archive.write_out(tmp_path / "saved")
    told = capsys.readouterr().out
    assert "* Endpoint 'same'" in told and "README.txt" in told


def test_what_is_not_tracked_is_told(tmp_path):
    model, _ = model_with_states(X)
    archive = ExportArchive("stablehlo")
    archive.add_endpoint("train", model, ROWS, training=True)
    with pytest.raises(ValueError, match=r"track\(layer\)"):
        archive.write_out(tmp_path / "saved")
    assert not list(tmp_path.iterdir())


def test_objects_of_tensorflow_are_refused(tmp_path):
    tf = pytest.importorskip("tensorflow")
    archive = ExportArchive("stablehlo")
    archive.track(tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [3]), -1))
    archive.add_endpoint("same", lambda x: x, ROWS)
    with pytest.raises(ValueError, match="keeps layers.*SavedModel"):
        archive.write_out(tmp_path / "saved")
    assert not list(tmp_path.iterdir())

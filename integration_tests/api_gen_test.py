"""The generator of the public namespace, on a small source tree."""

import ast
import importlib
import inspect
import subprocess
import sys

import pytest

import api_gen
import keras
from integration_tests.isolated import ROOT, output_of

SOURCE = {
    "api_export.py": "def keras_export(path):\n    return lambda symbol: symbol\n",
    "backend/__init__.py": "",
    "version.py": "__version__ = '1.2'\n",
    "ops/declare.py": (
        "_NAMESPACES = {\n    'numpy': ('keras.ops.', 'keras.ops.numpy.'),\n"
        "    'image': ('keras.ops.image.',),\n    'core': ('keras.ops.',),\n}\n"
        "def op(f=None, aliases=(), domain=None, export=True):\n    return f or (lambda g: g)\n"
    ),
    "ops/numpy/shape.py": (
        "from keras.src.ops.declare import op\n\n"
        "unary = op(aliases=('acos',))\n\n@op\ndef ravel(x): ...\n\n@unary\ndef arccos(x): ...\n"
        "\n@op\ndef _hidden(x): ...\n"
        "\n@op(export=False)\ndef internal(x): ...\n\n@op(domain='core')\ndef shape(x): ...\n\nacos = arccos\n"
    ),
    "ops/image.py": "from keras.src.ops import declare\n\n@declare.op\ndef resize(x): ...\n",
    "ops/core.py": "from keras.src.ops.declare import op\n\n@op\ndef cast(x): ...\n",
    "layers/dense.py": (
        "from keras.src.api_export import keras_export\n\n"
        "@keras_export(['keras.layers.Dense', 'keras.layers.core.Linear'])\nclass Dense: ...\n\n"
        "twice = keras_export('keras.utils.double')(lambda x: 2 * x)\n"
    ),
    "layers/dense_test.py": "@keras_export('keras.layers.Fake')\nclass Fake: ...\n",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.setattr(api_gen, "ROOT", tmp_path)
    monkeypatch.setattr(api_gen, "SOURCE", tmp_path / "keras" / "src")
    for name, text in SOURCE.items():
        write(tmp_path, name, text)
    (tmp_path / "keras" / "_lazy.py").write_text((ROOT / "keras" / "_lazy.py").read_text())
    return tmp_path


def write(root, name, text):
    path = root / "keras" / "src" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["api_gen.py", *arguments])
    api_gen.main()


def test_each_kind_of_mark_is_found(tree):
    assert api_gen.collect() == {
        "keras.__version__": ("keras.src.version", "__version__"),
        "keras.layers.Dense": ("keras.src.layers.dense", "Dense"),
        "keras.layers.core.Linear": ("keras.src.layers.dense", "Dense"),
        "keras.utils.double": ("keras.src.layers.dense", "twice"),
        "keras.ops.shape": ("keras.src.ops.numpy.shape", "shape"),
        "keras.ops.ravel": ("keras.src.ops.numpy.shape", "ravel"),
        "keras.ops.numpy.ravel": ("keras.src.ops.numpy.shape", "ravel"),
        "keras.ops.arccos": ("keras.src.ops.numpy.shape", "arccos"),
        "keras.ops.numpy.arccos": ("keras.src.ops.numpy.shape", "arccos"),
        "keras.ops.acos": ("keras.src.ops.numpy.shape", "arccos"),
        "keras.ops.numpy.acos": ("keras.src.ops.numpy.shape", "arccos"),
        "keras.ops.image.resize": ("keras.src.ops.image", "resize"),
        "keras.ops.cast": ("keras.src.ops.core", "cast"),
    }


def test_generated_packages_work(tree, monkeypatch):
    run(monkeypatch)
    code = """
import keras, sys
assert not any(name.startswith("keras.src.layers") for name in sys.modules)
assert keras.utils.double(4) == 8 and keras.__version__ == "1.2"
assert keras.layers.core.Linear is keras.layers.Dense
assert keras.ops.acos is keras.ops.numpy.arccos
assert keras.__all__ == ["__version__", "layers", "ops", "utils"]
assert keras.ops.__all__ == ["acos", "arccos", "cast", "image", "numpy", "ravel", "shape"]
"""
    output_of(code, cwd=tree, PYTHONPATH=tree)


def test_names_of_tf_keras_alone(tree, monkeypatch):
    old = "from keras.src.api_export import keras_export\n\n"
    old += "@keras_export(['keras.layers.New', 'keras._legacy.layers.Old', 'keras._legacy.layers.rnn.Older'])\nclass New: ...\n"
    write(tree, "legacy/layers.py", old)
    write(tree, "../_tf_keras/__init__.py", "")
    run(monkeypatch)
    assert not (tree / "keras" / "_legacy" / "layers" / "__init__.pyi").exists()
    code = """
import keras, keras._legacy.layers
import keras._tf_keras.keras as tf_keras
assert keras.__all__ == ["__version__", "layers", "ops", "utils"] and keras.layers.__all__ == ["Dense", "New", "core"]
assert keras._legacy.layers.Old is keras.layers.New
assert tf_keras.__all__ == keras.__all__ and tf_keras.ops is keras.ops and tf_keras.layers.core is keras.layers.core
assert tf_keras.layers.__all__ == ["Dense", "New", "Old", "core", "rnn"]
assert tf_keras.layers.Old is tf_keras.layers.rnn.Older is keras.layers.New
"""
    output_of(code, cwd=tree, PYTHONPATH=tree)


def test_check_fails_until_the_files_are_written(tree, monkeypatch, capsys):
    with pytest.raises(SystemExit, match="stale"):
        run(monkeypatch, "--check")
    assert not (tree / "keras" / "layers").exists()
    run(monkeypatch)
    run(monkeypatch, "--check")
    write(tree, "layers/dense.py", "")
    with pytest.raises(SystemExit, match="stale"):
        run(monkeypatch, "--check")
    assert (tree / "keras" / "layers" / "__init__.py").exists()
    run(monkeypatch)
    assert not (tree / "keras" / "layers" / "__init__.py").exists()
    assert "removed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text, message",
    [
        ("@keras_export('keras.ops.cast')\nclass Cast: ...\n", "marked twice"),
        ("@keras_export(NAME)\nclass A: ...\n", "literal"),
        ("@keras_export('layers.A')\nclass A: ...\n", "must start with"),
        ("@keras_export('keras.layers')\nclass A: ...\n", "both a package and a member"),
    ],
)
def test_marks_that_make_no_sense_are_refused(tree, monkeypatch, text, message):
    write(tree, "other.py", text)
    with pytest.raises(SystemExit, match=message):
        run(monkeypatch)


def test_what_is_committed_is_up_to_date():
    done = subprocess.run([sys.executable, ROOT / "api_gen.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_generated_package_imports():
    for name in api_gen.packages(api_gen.collect()):
        assert importlib.import_module(name).__all__


def test_stubs_of_networks_have_the_signatures_of_their_constructors():
    stub = ast.parse((ROOT / "keras" / "applications" / "__init__.pyi").read_text())
    written = {node.name: node.args for node in stub.body if isinstance(node, ast.FunctionDef)}
    for name, arguments in written.items():
        parameters = inspect.signature(getattr(keras.applications, name)).parameters.values()
        assert [a.arg for a in arguments.args] == [p.name for p in parameters], name
        assert [ast.literal_eval(d) for d in arguments.defaults] == [p.default for p in parameters], name
    assert "VGG16" in written

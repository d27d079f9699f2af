"""The wheel: what is in it, and that it works outside the repository."""

import subprocess
import sys
import zipfile

import pytest

import pip_build
from integration_tests.isolated import output_of


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return pip_build.build(tmp_path_factory.mktemp("dist"), isolated=False)


def test_it_holds_the_package_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"keras/__init__.py", "keras/__init__.pyi", "keras/py.typed", "keras/layers/__init__.pyi"} <= set(names)
    assert not [name for name in names if name.endswith(("_test.py", "conftest.py"))]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"keras"}


def test_it_works_outside_the_repository(wheel, tmp_path):
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-index", "--target", site, wheel], check=True)
    code = """
import keras, numpy as np
print(keras.__file__)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
outputs = model.predict(np.ones((2, 4), "float32"), verbose=0)
assert outputs.shape == (2, 3) and np.allclose(outputs.sum(-1), 1, atol=1e-5)
model.save("model.keras")
assert np.allclose(keras.models.load_model("model.keras").predict(np.ones((2, 4)), verbose=0), outputs, atol=1e-5)
"""
    printed = output_of(code, cwd=tmp_path, PYTHONPATH=site)
    assert str(site / "keras" / "__init__.py") in printed

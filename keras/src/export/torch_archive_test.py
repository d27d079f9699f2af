"""Several functions in one `.pt2` file, read by PyTorch alone."""

import json
import subprocess
import sys

import numpy as np
import pytest

import keras
from keras import ops
from keras.export import ExportArchive
from keras.src.export.testing.archives import add_functions, model_with_states

torch = pytest.importorskip("torch")
X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
ROWS = [keras.InputSpec("float32", (None, 4))]


def written(archive, folder):
    from torch.export.pt2_archive._package import load_pt2

    archive.write_out(folder / "m.pt2", verbose=False)
    loaded = load_pt2(folder / "m.pt2")
    return {name: program.module() for name, program in loaded.exported_programs.items()}, loaded


def test_functions(tmp_path):
    model, dense = model_with_states(X)
    archive = ExportArchive("torch")
    add_functions(archive, model, ROWS)
    modules, _ = written(archive, tmp_path)
    assert set(modules) == {"serve", "doubled", "joined"}
    for rows in (6, 2):
        x = torch.tensor(X[:rows])
        np.testing.assert_allclose(modules["serve"](x).detach(), dense[:rows] / np.sqrt(1.001), 1e-5, 1e-5)
        np.testing.assert_allclose(modules["doubled"](x)["twice"].detach(), 2 * dense[:rows], 1e-5, 1e-5)
    np.testing.assert_allclose(modules["joined"](torch.tensor(X), {"more": torch.tensor(X)}), 2 * X, 1e-6)


def test_training(tmp_path):
    model, dense = model_with_states(X)
    archive = ExportArchive("torch")
    archive.track(model)
    archive.add_endpoint("train", model, ROWS, training=True)
    archive.add_endpoint("unchanged", model, ROWS, training=True, is_static=True)
    modules, _ = written(archive, tmp_path)
    first, second = modules["train"](torch.tensor(X)), modules["train"](torch.tensor(X))
    state = {name.rpartition(".")[2]: x.detach() for name, x in modules["train"].state_dict().items()}
    np.testing.assert_allclose(state["moving_mean"], 0.75 * dense.mean(0), rtol=1e-5)
    np.testing.assert_allclose(state["moving_variance"], 0.25 + 0.75 * dense.var(0), rtol=1e-5)
    assert (first != second).any()
    first = first.detach().numpy()
    normalized = (dense - dense.mean(0)) / np.sqrt(dense.var(0) + 0.001)
    np.testing.assert_allclose(first[first != 0], 2 * normalized[first != 0], rtol=1e-4, atol=1e-4)
    modules["unchanged"](torch.tensor(X))
    state = {name.rpartition(".")[2]: x for name, x in modules["unchanged"].state_dict().items()}
    np.testing.assert_array_equal(state["moving_mean"], np.zeros(3))
    # The model itself is as it was.
    np.testing.assert_array_equal(ops.convert_to_numpy(model.layers[1].moving_mean), np.zeros(3))


def test_gradients_reach_what_learns(tmp_path):
    model, _ = model_with_states(X)
    archive = ExportArchive("torch")
    archive.track(model)
    archive.add_endpoint("train", model, ROWS, training=True)
    archive.write_out(tmp_path / "m.pt2", verbose=False)
    module = torch.export.load(tmp_path / "m.pt2").module()
    (module(torch.tensor(X)) ** 2).sum().backward()
    learned = {name.rpartition(".")[2]: p.grad for name, p in module.named_parameters() if p.requires_grad}
    assert set(learned) == {"kernel", "bias", "gamma", "beta"} and all(g is not None for g in learned.values())
    assert float(learned["kernel"].abs().max()) > 0


def test_draws_run_where_there_is_no_keras(tmp_path):
    model, _ = model_with_states(X)
    archive = ExportArchive("torch")
    archive.track(model)
    archive.add_endpoint("train", model, ROWS, training=True)
    draws = keras.random.SeedGenerator(1)

    def drawn(x):
        shape = ops.shape(x)
        return [
            keras.random.normal(shape, seed=draws),
            keras.random.randint(shape, 3, 9, seed=draws),
            keras.random.gamma(shape, 2.0, seed=draws),
            keras.random.shuffle(x, seed=draws),
        ]

    archive.add_endpoint("drawn", drawn, ROWS)
    archive.write_out(tmp_path / "m.pt2", verbose=False)
    code = (
        "import sys, torch; from torch.export.pt2_archive._package import load_pt2; "
        f"loaded = load_pt2({str(tmp_path / 'm.pt2')!r}).exported_programs; x = torch.ones(64, 4); "
        "a = loaded['train'].module()(x); d = loaded['drawn'].module(); b, c = d(x), d(x); "
        "assert 'keras' not in sys.modules; "
        "assert all((u != v).any() for u, v in zip(b[:3], c[:3])), b; "
        "assert abs(float(b[0].mean())) < 0.4 and 3 <= int(b[1].min()) and int(b[1].max()) == 8 and float(b[2].min()) > 0; "
        "print(a.shape)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env={})
    assert told.stdout == "torch.Size([64, 3])\n", told.stderr


def test_collections(tmp_path):
    model, _ = model_with_states(X)
    other = keras.Variable(np.arange(3.0), name="other")
    archive = ExportArchive("torch")
    archive.track(model)
    archive.add_endpoint("serve", model, ROWS)
    archive.add_variable_collection("some", [model.layers[0].kernel, other])
    modules, loaded = written(archive, tmp_path)
    kernel, last = json.loads(loaded.extra_files["collections.json"])["some"]
    state = modules["serve"].state_dict()
    assert kernel.endswith("head.kernel") and state[kernel].shape == (4, 3)
    np.testing.assert_array_equal(state[last].detach(), np.arange(3.0))


def test_what_is_not_tracked_is_told(tmp_path):
    model, _ = model_with_states(X)
    archive = ExportArchive("torch")
    archive.add_endpoint("train", model, ROWS, training=True)
    with pytest.raises(ValueError, match="changes the variable.*moving_mean.*track"):
        archive.write_out(tmp_path / "m.pt2")
    assert not list(tmp_path.iterdir())


def test_what_is_printed(tmp_path, capsys):
    archive = ExportArchive("torch")
    archive.add_endpoint("same", lambda x: x + 1, ROWS)
    archive.write_out(tmp_path / "m.pt2")
    assert "torch.export.load(" in capsys.readouterr().out
    archive.add_endpoint("other", lambda x: x + 2, ROWS)
    archive.write_out(tmp_path / "m.pt2")
    assert "load_pt2(" in capsys.readouterr().out

"""Runs the examples, with small settings."""

import importlib.util
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.testing import engine
from keras.src.testing.jobs import free_port, variables_of_job

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestCustomTrainStep:
    def test_learns(self):
        example = runpy.run_path(str(EXAMPLES / "custom_train_step.py"))
        keras.utils.set_random_seed(0)
        assert example["train_classifier"](samples=256, epochs=3) > 0.9
        assert np.isfinite(example["train_gan"](samples=64, epochs=2))

    def test_runs_as_a_script(self, monkeypatch, capsys):
        monkeypatch.setattr(sys, "argv", ["custom_train_step.py", "--samples", "64", "--epochs", "1"])
        runpy.run_path(str(EXAMPLES / "custom_train_step.py"), run_name="__main__")
        assert f"{keras.backend.backend()}: accuracy" in capsys.readouterr().out


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestStructuredData:
    def test_learns_and_rows_give_what_tables_give(self):
        example = runpy.run_path(str(EXAMPLES / "structured_data.py"))
        space, model, accuracy = example["train"](epochs=20)
        assert accuracy > example["GOAL"]
        table = example["load_data"]()[1]
        of_table = model.predict(space(table), verbose=0)[:, 0]
        of_rows = [example["probability"](space, model, table.iloc[i].to_dict()) for i in range(3)]
        np.testing.assert_allclose(of_rows, of_table[:3], rtol=1e-4, atol=1e-5)

    def test_runs_as_a_script(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["structured_data.py", "--epochs", "1"])
        runpy.run_path(str(EXAMPLES / "structured_data.py"), run_name="__main__")
        printed = capsys.readouterr().out
        assert f"{keras.backend.backend()}: accuracy" in printed and "A patient of" in printed
        assert sorted(p.name for p in tmp_path.iterdir()) == [
            "structured_data_model.keras",
            "structured_data_space.keras",
        ]


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestTextClassification:
    def test_learns(self):
        example = runpy.run_path(str(EXAMPLES / "text_classification.py"))
        keras.utils.set_random_seed(0)
        accuracy, model = example["train"](samples=2000, epochs=6)
        assert accuracy > 0.9
        texts = ["The film was superb!", "A dull plot."]
        found = model.predict(np.array(texts, object), verbose=0)
        assert found.shape == (2, 1) and found[0, 0] > found[1, 0]

    def test_runs_as_a_script_that_loads_no_engine_but_its_own(self):
        arguments = ["text_classification.py", "--samples", "256", "--epochs", "1"]
        command = [sys.executable, str(EXAMPLES / arguments[0]), *arguments[1:]]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        own = keras.backend.backend() == "tensorflow"
        assert f"{keras.backend.backend()}: accuracy" in printed
        assert f"{'with' if own else 'without'} TensorFlow" in printed


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestImageClassification:
    @pytest.mark.parametrize("augment", ["model", "pipeline"])
    def test_learns_with_augmentation_in_the_model_and_in_pipelines(self, augment):
        if augment == "pipeline":
            pytest.importorskip("tensorflow")
        example = runpy.run_path(str(EXAMPLES / "image_classification.py"))
        _, accuracy = example["train"](augment, epochs=20)
        assert accuracy > example["GOAL"]

    def test_runs_as_a_script(self, monkeypatch, capsys, tmp_path):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["image_classification.py", "--epochs", "1"])
        runpy.run_path(str(EXAMPLES / "image_classification.py"), run_name="__main__")
        assert "saved and loaded: the same" in capsys.readouterr().out


def network_that_sees(images):
    """A network whose kernels are drawn, and scaled and shifted so that each channel tells the images apart.

    What is drawn alone would give almost the same features for all of them, from which no head could learn.
    """
    network = keras.applications.VGG16(weights=None, include_top=False, input_shape=images.shape[1:])
    x = keras.applications.vgg16.preprocess_input(images.astype("float32"))
    generator = np.random.default_rng(0)
    for layer in network.layers[1:]:
        if layer.weights:
            kernel = generator.standard_normal(layer.kernel.shape).astype("float32")
            sums = keras.ops.convert_to_numpy(keras.ops.conv(x, kernel, padding="same", data_format="channels_last"))
            mean, scale = sums.mean((0, 1, 2)), sums.std((0, 1, 2))
            layer.set_weights([kernel / scale, -mean / scale])
        x = keras.ops.convert_to_numpy(layer(x))
    return network


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestTransferLearning:
    """The network has weights that the test makes: nothing is downloaded."""

    def test_two_phases_learn_and_are_drawn(self, monkeypatch, capsys, tmp_path):
        monkeypatch.chdir(tmp_path)
        script = str(EXAMPLES / "transfer_learning.py")
        (images, _), _ = runpy.run_path(script)["load_data"](8)
        network = network_that_sees(images)
        network.save_weights("network.weights.h5")
        options = ["--weights", "network.weights.h5", "--epochs", "4", "2", "--limit", "12"]
        monkeypatch.setattr(sys, "argv", ["transfer_learning.py", *options])
        runpy.run_path(script, run_name="__main__")
        lines = [line for line in capsys.readouterr().out.splitlines() if "on the other images" in line]
        assert f"{keras.backend.backend()}, phase 1" in lines[0] and "phase 2" in lines[1]
        (accuracy, loss), (last_accuracy, last_loss) = (
            [(float(start), float(end)) for start, end in re.findall(r"([\d.]+)%? -> ([\d.]+)", line)] for line in lines
        )
        # A third of the images is right by chance.
        assert accuracy[1] >= 50 and loss[1] < 0.97 * loss[0]
        assert last_accuracy[1] >= 50 and last_loss[1] < loss[1]
        for picture in ("predictions.png", "curves.png"):
            assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
        learnt = keras.models.load_model("transfer_learning.keras").get_layer(network.name)
        changed = {
            layer.name
            for layer, other in zip(learnt.layers, network.layers)
            if any((one != two).any() for one, two in zip(layer.get_weights(), other.get_weights()))
        }
        assert changed == {"block5_conv1", "block5_conv2", "block5_conv3"}


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestServe:
    def test_each_runtime_that_is_installed_predicts_what_the_model_does(self, tmp_path, monkeypatch, capsys):
        formats = ["onnx", "torch", "stablehlo"]
        options = ["--epochs", "1", "--folder", str(tmp_path), "--formats", *formats]
        monkeypatch.setattr(sys, "argv", ["serve.py", *options])
        runpy.run_path(str(EXAMPLES / "serve.py"), run_name="__main__")
        rows = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()}
        for name, module in zip(formats, ("onnxruntime", "torch", "jax")):
            if importlib.util.find_spec(module):
                error, latency, size, seconds = map(float, rows[name])
                assert error < 1e-5 and latency > 0 and size > 10


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestQuantize:
    def test_each_mode_is_smaller_and_hardly_worse_and_drawn(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["quantize.py", "--steps", "3", "--samples", "32", "--blocks", "2"])
        runpy.run_path(str(EXAMPLES / "quantize.py"), run_name="__main__")
        lines = [line.rsplit(maxsplit=3) for line in capsys.readouterr().out.splitlines() if len(line.split()) > 3]
        names = ("float32", "int8", "int8 weights", "float8", "int4", "gptq", "awq")
        rows = {name.strip(): tuple(map(float, values)) for name, *values in lines if name.strip() in names}
        assert tuple(rows) == names
        size, _, exact = rows["float32"]
        worse = {name: abs(row[2] / exact - 1) for name, row in rows.items()}
        assert max(worse["int8"], worse["int8 weights"], worse["float8"]) < 0.01
        assert max(worse.values()) < 0.03, worse  # Four bits.
        assert rows["int8"][0] < 0.3 * size and max(rows["gptq"][0], rows["awq"][0]) < 0.2 * size
        assert (tmp_path / "quantize.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
class TestDistributed:
    def test_learns_on_the_devices_that_there_are(self, tmp_path, monkeypatch):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        example = runpy.run_path(str(EXAMPLES / "distributed.py"))
        try:
            losses, accuracy, reloaded = example["train"](samples=600, epochs=12)
        finally:
            keras.distribution.set_distribution(None)
        assert losses[-1] < losses[0] / 2 and accuracy > 0.9 and reloaded > 0.9

    @pytest.mark.parametrize("launched", ["by torchrun", "by variables", "alone"])
    def test_as_a_script_it_prints_the_same_on_many_devices(self, tmp_path, launched):
        """Losses are those of one device; `torchrun` and `KERAS_DISTRIBUTION_*` start two processes, alone it has many devices."""
        alone = launched == "alone"
        if engine.DEVICES_IN_PROCESS == 1 if alone else not engine.JOBS:
            pytest.skip("this engine computes in one process, or on one device in each")
        devices = engine.DEVICES_IN_PROCESS if alone else 1
        variables = {**os.environ, "TMPDIR": str(tmp_path), **engine.virtual_devices(devices)}
        script = [str(EXAMPLES / "distributed.py"), "--samples", "192", "--epochs", "2", "--cpus", str(devices)]
        commands = [
            ([sys.executable, *script], own) for own in (variables_of_job(2) if launched == "by variables" else [{}])
        ]
        if launched == "by torchrun":
            pytest.importorskip("torch")
            torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(free_port())]
            commands = [([sys.executable, *torchrun, *script], {})]
        outputs = run_together(commands, variables)
        found = [line for output in outputs for line in output.splitlines() if "losses" in line]
        assert len(found) == (1 if alone else 2) and len(set(found)) == 1, outputs
        assert f"{devices if alone else 2} devices" in found[0]
        printed = [float(number) for number in re.search(r"losses (\S+) to (\S+),", found[0]).groups()]
        assert printed == pytest.approx(self.losses_on_one_device(), rel=1e-5, abs=1e-6)

    def losses_on_one_device(self):
        """Of two epochs, without a distribution."""
        example = runpy.run_path(str(EXAMPLES / "distributed.py"))
        example["train"].__globals__["layout"] = lambda how: None
        return example["train"](samples=192, epochs=2)[0]


def run_together(commands, variables):
    """Runs commands at the same time.

    Args:
        commands: Pairs of a command and variables of the environment.
        variables: Those that all have.

    Returns:
        What each of them printed.
    """
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    children = [subprocess.Popen(command, env={**variables, **own}, **pipe) for command, own in commands]
    try:
        outputs = [child.communicate(timeout=240)[0] for child in children]
    finally:
        for child in children:
            child.kill()
    assert not any(child.returncode for child in children), [output[-3000:] for output in outputs]
    return outputs

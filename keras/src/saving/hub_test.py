import hashlib
import os
import shutil

import huggingface_hub
import numpy as np
import pytest
from safetensors import numpy as safetensors

import keras
from keras import layers
from keras.src import backend
from keras.src.saving.stores import GIBIBYTE
from keras.src.utils import module_utils
from keras.src.version import __version__

SENDER = {"library_name": "keras", "library_version": __version__}


def model(value):
    inputs = keras.Input((3,))
    made = keras.Model(inputs, layers.Dense(2, name="last")(layers.Dense(4, name="first")(inputs)))
    made.set_weights([np.full(v.shape, value) for v in made.weights])
    return made


def assert_holds(made, value):
    assert all(np.all(weight == value) for weight in made.get_weights())


def names_below(folder):
    return sorted(os.path.relpath(os.path.join(at, f), folder) for at, _, files in os.walk(folder) for f in files)


class Hub:
    """Repositories as folders, and a cache in the layout of the package: `blobs`, and links to them in `snapshots`."""

    def __init__(self, folder):
        self.folder = folder
        self.calls = []

    def repository(self, name, revision="main"):
        return self.folder / "hub" / name / revision

    def snapshot(self, name, revision="main"):
        return self.folder / "cache" / f"models--{name.replace('/', '--')}" / "snapshots" / revision

    def commit(self, name, file, source, revision="main"):
        target = self.repository(name, revision) / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def snapshot_download(self, repo_id, revision="main", allow_patterns=None, **sender):
        assert sender == SENDER
        huggingface_hub.utils.validate_repo_id(repo_id)
        self.calls.append((repo_id, revision, allow_patterns))
        for file in huggingface_hub.utils.filter_repo_objects(
            self.names(repo_id, revision), allow_patterns=allow_patterns
        ):
            self.cache(repo_id, file, revision)
        return str(self.snapshot(repo_id, revision))

    def cache(self, name, file, revision):
        content = (self.repository(name, revision) / file).read_bytes()
        blobs = self.snapshot(name).parent.parent / "blobs"
        blobs.mkdir(parents=True, exist_ok=True)
        blob = blobs / hashlib.sha1(content).hexdigest()
        blob.write_bytes(content)
        link = self.snapshot(name, revision) / file
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))

    def names(self, name, revision="main"):
        return names_below(self.repository(name, revision))

    def api(self, **sender):
        assert sender == SENDER
        return self

    def create_repo(self, repo_id, exist_ok):
        assert exist_ok
        huggingface_hub.utils.validate_repo_id(repo_id)
        return huggingface_hub.RepoUrl(f"https://huggingface.co/{repo_id}")

    def upload_folder(self, repo_id, folder_path, commit_message, path_in_repo="", revision="main"):
        assert commit_message
        for name in names_below(folder_path):
            target = os.path.normpath(os.path.join(path_in_repo, name))
            self.commit(repo_id, target, os.path.join(folder_path, name), revision)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    made = Hub(tmp_path)
    monkeypatch.setattr(huggingface_hub, "HfApi", made.api)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", made.snapshot_download)
    return made


def test_whole_models(hub, capsys):
    model(1).save("hf://user/net")
    assert "hf://user/net" in capsys.readouterr().out
    assert hub.names("user/net") == ["README.md", "config.json", "metadata.json", "model.weights.h5"]
    card = (hub.repository("user/net") / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: keras\n---\n") and 'load_model("hf://user/net")' in card
    assert_holds(keras.saving.load_model("hf://user/net"), 1)
    other = model(0)
    other.load_weights("hf://user/net")
    assert_holds(other, 1)
    assert hub.calls == [("user/net", "main", None)] * 2
    model(2).save("hf://user/net", zipped=False)
    assert_holds(keras.saving.load_model("hf://user/net"), 2)


def test_other_formats_of_weights(hub):
    model(1).save("hf://user/net", weights_format="safetensors")
    assert "model.weights.safetensors" in hub.names("user/net")
    assert_holds(keras.saving.load_model("hf://user/net"), 1)


def test_revisions(hub):
    model(1).save("hf://user/net@v1")
    model(2).save("hf://user/net")
    assert_holds(keras.saving.load_model("hf://user/net@v1"), 1)
    assert_holds(keras.saving.load_model("hf://user/net"), 2)


@pytest.mark.parametrize("file", ["m.keras", "older.h5", "below/it/m.keras"])
def test_files_with_models(file, hub, tmp_path):
    model(1).save(f"hf://user/net/{file}")
    assert hub.names("user/net") == [file]
    hub.commit("user/net", "large.bin", os.devnull)
    assert_holds(keras.saving.load_model(f"hf://user/net/{file}"), 1)
    assert names_below(hub.snapshot("user/net")) == [file]


@pytest.mark.parametrize("file", ["m.weights.h5", "m.safetensors", "below/m.safetensors"])
def test_files_with_weights(file, hub):
    model(1).save_weights(f"hf://user/net/{file}")
    other = model(0)
    other.load_weights(f"hf://user/net/{file}")
    assert_holds(other, 1)


@pytest.mark.parametrize("below", ["", "below/"])
@pytest.mark.parametrize(
    "name, again",
    [("m.weights.h5", "m.weights.json"), ("m.safetensors",) * 2, ("m.safetensors", "m.safetensors.index.json")],
)
def test_shards(name, again, below, hub):
    model(1).save_weights(f"hf://user/net/{below}{name}", max_shard_size=64 / GIBIBYTE)
    assert len(hub.names("user/net")) > 2
    other = model(0)
    other.load_weights(f"hf://user/net/{below}{again}")
    assert_holds(other, 1)


def test_repositories_of_others(hub, tmp_path):
    given = {v.path: backend.convert_to_numpy(v) for v in model(1).variables}
    safetensors.save_file(given, tmp_path / "w")
    hub.commit("user/net", "model.safetensors", tmp_path / "w")
    other = model(0)
    other.load_weights("hf://user/net")
    assert_holds(other, 1)
    with pytest.raises(ValueError, match=r"config\.json"):
        keras.saving.load_model("hf://user/net")


def test_links_out_of_the_cache_are_refused(hub, tmp_path):
    model(1).save("hf://user/net", weights_format="safetensors")
    secret = tmp_path / "secret"
    for name in ("model.weights.safetensors", "config.json"):
        keras.saving.load_model("hf://user/net")
        link = hub.snapshot("user/net") / name
        shutil.copy(link, secret)
        link.unlink()
        link.symlink_to(secret)
        with pytest.raises(ValueError, match="outside"):
            keras.saving.load_model(link.parent)


def test_what_is_not_there(hub):
    hub.commit("user/net", "README.md", os.devnull)
    with pytest.raises(FileNotFoundError, match=r"hf://user/net/m\.keras"):
        keras.saving.load_model("hf://user/net/m.keras")
    with pytest.raises(FileNotFoundError, match=r"m\.safetensors"):
        model(1).load_weights("hf://user/net/m.safetensors")


@pytest.mark.parametrize(
    "place", ["hf://", "hf:///a", "hf://a b/c", "hf://a/b@", "hf://a/../b/m.keras", "hf://a/b/../../m.keras"]
)
def test_places_that_there_are_not(place, hub):
    for act in (model(1).save, keras.saving.load_model, model(1).load_weights):
        with pytest.raises(ValueError, match="hf://"):
            act(place)
    assert hub.calls == []


def test_names_that_a_repository_cannot_have(hub):
    with pytest.raises(ValueError, match="keras"):
        model(1).save("hf://user/net", zipped=True)
    with pytest.raises(ValueError, match=r"weights\.h5"):
        model(1).save_weights("hf://user/net")
    assert hub.names("user/net") == []


def test_without_the_package(monkeypatch):
    monkeypatch.setattr(module_utils.huggingface_hub, "_module", None)
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    for act in (model(1).save, keras.saving.load_model):
        with pytest.raises(ImportError, match="pip install huggingface_hub"):
            act("hf://user/net")

import h5py
import numpy as np
import pytest

from keras.src import backend, layers, models
from keras.src.saving.file_editor import KerasFileEditor


def model_of(*sizes):
    return models.Sequential([layers.Input((3,)), *(layers.Dense(size) for size in sizes)])


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras"])
def test_compare_and_summary(name, tmp_path, capsys):
    model = model_of(2, 2)
    path = tmp_path / name
    model.save(path) if name.endswith(".keras") else model.save_weights(path)
    editor = KerasFileEditor(path)
    editor.summary()
    assert "dense_1" in capsys.readouterr().out
    assert editor.compare(model) == {"status": "success", "error_count": 0, "match_count": 4}
    assert editor.compare(model_of(2, 5)) == {"status": "error", "error_count": 2, "match_count": 2}
    assert editor.compare(model_of(2, 2, 1)) == {"status": "error", "error_count": 1, "match_count": 4}
    np.testing.assert_array_equal(
        editor.weights_dict["layers"]["dense"]["0"], backend.convert_to_numpy(model.layers[0].kernel)
    )


def test_editing(tmp_path):
    model = model_of(2, 2)
    model.save_weights(tmp_path / "a.weights.h5")
    editor = KerasFileEditor(tmp_path / "a.weights.h5")
    editor.rename_object("dense_1", "dense_2")
    editor.add_object("layers/dense_1", {"0": np.ones((2, 2), "float32")})
    editor.add_weights("dense_1", {"1": np.zeros(2, "float32"), "9": np.zeros(2)})
    editor.delete_weight("layers/dense_1", "9")
    editor.delete_object("layers/dense_2")
    editor.save(tmp_path / "b.weights.h5")
    model.load_weights(tmp_path / "b.weights.h5")
    np.testing.assert_array_equal(backend.convert_to_numpy(model.layers[1].kernel), np.ones((2, 2)))
    for wrong in (
        lambda: editor.rename_object("nope", "x"),
        lambda: editor.rename_object("dense", "layers/x"),
        lambda: editor.rename_object("dense", "dense_1"),
        lambda: editor.delete_weight("dense", "7"),
        lambda: editor.add_object("x", [1]),
        lambda: editor.save(tmp_path / "b.h5"),
        lambda: KerasFileEditor(tmp_path / "b.h5"),
    ):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(FileNotFoundError):
        KerasFileEditor(tmp_path / "none.keras")


def test_all_of_a_folder(tmp_path):
    model_of(2, 2).save_weights(tmp_path / "a.weights.h5")
    editor = KerasFileEditor(tmp_path / "a.weights.h5")
    editor.rename_object("layers", "parts")
    assert {"parts/dense", "parts/dense_1"} <= set(editor.objects)
    assert not any(path.startswith("layers") for path in editor.objects)
    editor.delete_object("parts")
    assert not any(path.startswith("parts") for path in editor.objects)


LINKS = {
    "external": h5py.ExternalLink("other.h5", "/layers"),
    "external, of no file": h5py.ExternalLink("absent.h5", "/layers"),
    "soft": h5py.SoftLink("/layers"),
    "soft, to nothing": h5py.SoftLink("/absent"),
}


@pytest.mark.parametrize("place", ["linked", "layers/linked", "layers/vars", "layers/dense/vars"])
@pytest.mark.parametrize("link", LINKS)
def test_links_are_refused_and_not_followed(link, place, tmp_path):
    for name in ("other", "linking"):
        model_of(3, 2).save_weights(tmp_path / f"{name}.weights.h5")
    with h5py.File(tmp_path / "linking.weights.h5", "a") as file:
        if place in file:
            del file[place]
        file[place] = LINKS[link]
    with pytest.raises(ValueError, match="link to somewhere else|not a plain group"):
        KerasFileEditor(tmp_path / "linking.weights.h5")

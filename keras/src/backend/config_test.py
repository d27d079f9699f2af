import importlib.util
import json
import warnings

import pytest

import keras
from keras.src.backend import config


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty KERAS_HOME, without the variables that would win over it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for variable in ("KERAS_BACKEND", "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def write(home, settings):
    (home / "keras.json").write_text(settings if isinstance(settings, str) else json.dumps(settings))


def installed(monkeypatch, *names):
    monkeypatch.setattr(config, "is_installed", lambda name: name in (*names, "numpy"))


@pytest.mark.parametrize(
    "engines, chosen",
    [(("jax", "torch", "tensorflow"), "tensorflow"), (("torch", "jax"), "jax"), (("torch",), "torch"), ((), "numpy")],
)
def test_first_installed_engine_is_chosen(home, monkeypatch, engines, chosen):
    installed(monkeypatch, *engines)
    assert config._Settings().backend == chosen
    assert list(home.iterdir()) == [], "the file must not be written"


def test_environment_wins_over_the_file(home, monkeypatch):
    installed(monkeypatch, "jax", "torch")
    write(home, {"backend": "torch", "floatx": "float16", "epsilon": 1e-5, "image_data_format": "channels_first"})
    settings = config._Settings()
    assert (settings.backend, settings.floatx, settings.epsilon) == ("torch", "float16", 1e-5)
    assert settings.image_data_format == "channels_first"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert config._Settings().backend == "jax"


def test_limits_come_from_the_file_or_the_environment(home, monkeypatch):
    write(home, {"backend": "numpy", "max_epochs": 2})
    assert (config._Settings().max_epochs, config._Settings().max_steps_per_epoch) == (2, None)
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "3")
    monkeypatch.setenv("KERAS_MAX_STEPS_PER_EPOCH", "4")
    settings = config._Settings()
    assert (settings.max_epochs, settings.max_steps_per_epoch) == (3, 4)
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "many")
    with pytest.raises(ValueError, match="KERAS_MAX_EPOCHS"):
        config._Settings()


@pytest.mark.parametrize(
    "content, words",
    [
        ("{not json", "not valid JSON"),
        ("[1]", "JSON object"),
        ({"backend": "abacus"}, "Unknown backend 'abacus'"),
        ({"backend": "numpy", "floatx": "int8"}, "floatx"),
        ({"backend": "numpy", "epsilon": "small"}, "epsilon"),
        ({"backend": "numpy", "image_data_format": "sideways"}, "image_data_format"),
    ],
)
def test_errors_name_the_file(home, content, words):
    write(home, content)
    with pytest.raises(ValueError, match=words) as caught:
        config._Settings()
    assert str(home / "keras.json") in str(caught.value)


def test_unknown_backend_in_the_environment(home, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "Jax")
    with pytest.raises(ValueError, match="'Jax'.*Did you mean 'jax'"):
        config._choose_engine({}, "keras.json")
    monkeypatch.setenv("KERAS_BACKEND", "abacus")
    with pytest.raises(ValueError, match=r"KERAS_BACKEND.*pip install keras\["):
        config._Settings()


def test_missing_engine_says_what_to_install(home, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(ModuleNotFoundError, match=r'KERAS_BACKEND.*pip install "keras\[torch\]"'):
        config._Settings()


@pytest.mark.parametrize(
    "getter, setter, good, bad",
    [
        ("floatx", "set_floatx", "float16", "int8"),
        ("epsilon", "set_epsilon", 1e-3, "a"),
        ("image_data_format", "set_image_data_format", "channels_first", "x"),
    ],
)
def test_setters_check_their_values(getter, setter, good, bad):
    before = getattr(config, getter)()
    try:
        getattr(config, setter)(good)
        assert getattr(config, getter)() == good
        with pytest.raises(ValueError, match=repr(bad)):
            getattr(config, setter)(bad)
    finally:
        getattr(config, setter)(before)


def test_data_formats_are_standardized():
    assert config.standardize_data_format(None) == "channels_last"
    assert config.standardize_data_format("CHANNELS_FIRST") == "channels_first"
    with pytest.raises(ValueError, match="data_format"):
        config.standardize_data_format("NHWC")


def test_hooks_run_when_floatx_changes(monkeypatch):
    monkeypatch.setattr(config, "_floatx_hooks", [])
    seen = []
    config.on_floatx_change(lambda: seen.append(config.floatx()))
    before = config.floatx()
    config.set_floatx("float16")
    config.set_floatx(before)
    assert seen == ["float16", before]


def test_flash_attention_is_unset_on_or_off():
    before = config._settings.flash_attention
    try:
        config.enable_flash_attention()
        assert config.is_flash_attention_enabled() is True
        config.disable_flash_attention()
        assert config.is_flash_attention_enabled() is False
    finally:
        config._settings.flash_attention = before


def test_limits_have_setters():
    config.set_max_epochs(3)
    config.set_max_steps_per_epoch(4)
    assert (config.max_epochs(), config.max_steps_per_epoch()) == (3, 4)
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)
    assert (config.max_epochs(), config.max_steps_per_epoch()) == (None, None)


def test_set_backend_to_the_same_engine_changes_nothing(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", config.backend())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras.config.set_backend(keras.config.backend())
    with pytest.raises(ValueError, match="abacus"):
        keras.config.set_backend("abacus")

"""Which engine runs, and the numeric defaults: from the environment, else `keras.json`, else what is installed."""

import difflib
import importlib.util
import json
import os
import sys

from keras.src.api_export import keras_export
from keras.src.utils.warning_utils import warn

# In the order of preference where nothing was chosen; the values are what pip calls them.
ENGINES = {
    "tensorflow": "keras[tensorflow]",
    "jax": "keras[jax]",
    "torch": "keras[torch]",
    "openvino": "keras[openvino]",
    "numpy": "keras",
}
_AUTOMATIC = ("tensorflow", "jax", "torch")
_FLOAT_TYPES = ("float16", "bfloat16", "float32", "float64")
_DATA_FORMATS = ("channels_last", "channels_first")


def config_path():
    """Returns the path of `keras.json`; `KERAS_HOME` moves it away from `~/.keras`."""
    folder = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    return os.path.join(os.path.expanduser(folder), "keras.json")


def _read_config_file(path):
    try:
        with open(path, encoding="utf-8") as file:
            settings = json.load(file)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}. Repair or remove this file.") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{path} must hold a JSON object such as {{}}. Received: {settings!r}")
    return settings


def is_installed(engine):
    """Whether an engine's module can be found; it is not imported for that."""
    return importlib.util.find_spec(engine) is not None


def _checked_engine(name, source):
    if name not in ENGINES:
        near = difflib.get_close_matches(str(name).strip().lower(), ENGINES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"Unknown backend {name!r}, from {source}.{hint} Choose one of {sorted(ENGINES)}; "
            "for instance `pip install keras[jax]` and KERAS_BACKEND=jax."
        )
    if not is_installed(name):
        raise ModuleNotFoundError(
            f"The backend {name!r}, from {source}, needs the module {name!r}, which is not installed. "
            f'Install it with `pip install "{ENGINES[name]}"`, or choose another backend by KERAS_BACKEND.',
            name=name,
        )
    return name


def _choose_engine(settings, path):
    if os.environ.get("KERAS_BACKEND"):
        return _checked_engine(os.environ["KERAS_BACKEND"], "the environment variable KERAS_BACKEND")
    if settings.get("backend"):
        return _checked_engine(settings["backend"], f"the key 'backend' of {path}")
    return next((name for name in _AUTOMATIC if is_installed(name)), "numpy")


def _count_from_environment(variable, fallback):
    text = os.environ.get(variable)
    if not text:
        return fallback
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"The environment variable {variable} must be an integer. Received: {text!r}") from error


class _Settings:
    """The values in force; `backend` is fixed at import, the others have setters."""

    def __init__(self):
        path = config_path()
        settings = _read_config_file(path)
        self.backend = _choose_engine(settings, path)
        try:
            self.floatx = _checked_choice("floatx", settings.get("floatx", "float32"), _FLOAT_TYPES)
            self.epsilon = _checked_epsilon(settings.get("epsilon", 1e-7))
            data_format = settings.get("image_data_format", "channels_last")
            self.image_data_format = _checked_choice("image_data_format", data_format, _DATA_FORMATS)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        self.nnx_enabled = self.backend == "jax" and _truth(
            os.environ.get("KERAS_NNX_ENABLED", settings.get("nnx_enabled"))
        )
        self.max_epochs = _count_from_environment("KERAS_MAX_EPOCHS", settings.get("max_epochs"))
        self.max_steps_per_epoch = _count_from_environment(
            "KERAS_MAX_STEPS_PER_EPOCH", settings.get("max_steps_per_epoch")
        )
        self.flash_attention = None


def _truth(value):
    return str(value).lower() in ("true", "1")


def _checked_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {', '.join(map(repr, choices))}. Received: {value!r}")
    return value


def _checked_epsilon(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"`epsilon` must be a number. Received: {value!r}")
    return value


_settings = _Settings()
_floatx_hooks = []


@keras_export(["keras.config.backend", "keras.backend.backend"])
def backend():
    """Returns the name of the engine that runs: `"jax"`, `"tensorflow"`, `"torch"`, `"numpy"` or `"openvino"`.

    Example:

    >>> keras.config.backend() in ("jax", "tensorflow", "torch", "numpy", "openvino")
    True
    """
    return _settings.backend


@keras_export("keras.config.set_backend")
def set_backend(backend):
    """Loads the library anew on another engine; what was made before must not be used with what is made afterwards.

    Args:
        backend: Name of the engine.

    Raises:
        ValueError: The name is unknown.
        ModuleNotFoundError: The engine is not installed.

    Example:

    >>> keras.config.set_backend("numpy")  # doctest: +SKIP
    >>> del keras  # doctest: +SKIP
    >>> import keras  # doctest: +SKIP
    """
    _checked_engine(backend, "`keras.config.set_backend`")
    os.environ["KERAS_BACKEND"] = backend
    if backend == _settings.backend:
        return
    warn(
        "`keras.config.set_backend` loads keras again: objects made before do not work with those made afterwards. "
        "Better set KERAS_BACKEND before the first `import keras`.",
    )
    for name in [name for name in sys.modules if name == "keras" or name.startswith("keras.")]:
        del sys.modules[name]
    importlib.import_module("keras")


@keras_export(["keras.config.floatx", "keras.backend.floatx"])
def floatx():
    """Returns the default floating-point dtype, a name such as `"float32"`.

    Example:

    >>> keras.config.floatx()
    'float32'
    """
    return _settings.floatx


@keras_export(["keras.config.set_floatx", "keras.backend.set_floatx"])
def set_floatx(value):
    """Sets the default floating-point dtype.

    Args:
        value: `"float16"`, `"bfloat16"`, `"float32"` or `"float64"`. For training in half precision, a mixed dtype
            policy is the better choice.

    Raises:
        ValueError: It is none of these.

    Example:

    >>> keras.config.set_floatx("float32")
    """
    _settings.floatx = str(_checked_choice("floatx", value, _FLOAT_TYPES))
    for hook in _floatx_hooks:
        hook()


def note_engine(name):
    """Says that another engine runs now; see `backend.go_on_with`."""
    _settings.backend = name


def on_floatx_change(function):
    """Registers a function that runs, without arguments, after each `set_floatx`, to clear memos of dtypes."""
    _floatx_hooks.append(function)
    return function


@keras_export(["keras.config.epsilon", "keras.backend.epsilon"])
def epsilon():
    """Returns the small number that keeps divisions and logarithms finite.

    Example:

    >>> keras.config.epsilon()
    1e-07
    """
    return _settings.epsilon


@keras_export(["keras.config.set_epsilon", "keras.backend.set_epsilon"])
def set_epsilon(value):
    """Sets the number that `epsilon()` returns.

    Args:
        value: A small positive number.

    Example:

    >>> keras.config.set_epsilon(1e-7)
    """
    _settings.epsilon = _checked_epsilon(value)


@keras_export(["keras.config.image_data_format", "keras.backend.image_data_format"])
def image_data_format():
    """Returns where images have their channels by default: `"channels_last"` or `"channels_first"`.

    Example:

    >>> keras.config.image_data_format()
    'channels_last'
    """
    return _settings.image_data_format


@keras_export(["keras.config.set_image_data_format", "keras.backend.set_image_data_format"])
def set_image_data_format(data_format):
    """Sets where images have their channels by default.

    Args:
        data_format: `"channels_last"` or `"channels_first"`, in any case of letters.

    Example:

    >>> keras.config.set_image_data_format("channels_last")
    """
    _settings.image_data_format = standardize_data_format(data_format)


def standardize_data_format(data_format):
    """Returns a checked data format in lower case; `None` stands for the default."""
    if data_format is None:
        return _settings.image_data_format
    return _checked_choice("data_format", str(data_format).lower(), _DATA_FORMATS)


@keras_export("keras.config.enable_flash_attention")
def enable_flash_attention():
    """Asks attention to use the engine's flash kernel, wherever it can.

    Example:

    >>> keras.config.enable_flash_attention()
    """
    _settings.flash_attention = True


@keras_export("keras.config.disable_flash_attention")
def disable_flash_attention():
    """Keeps attention from using a flash kernel.

    Example:

    >>> keras.config.disable_flash_attention()
    """
    _settings.flash_attention = False


@keras_export("keras.config.is_flash_attention_enabled")
def is_flash_attention_enabled():
    """Returns `True` or `False` as it was set, or `None`: the kernel is used where the engine supports it.

    Example:

    >>> enabled = keras.config.is_flash_attention_enabled()
    """
    return _settings.flash_attention


@keras_export("keras.config.is_nnx_enabled")
def is_nnx_enabled():
    """Returns whether layers are to work as Flax NNX modules (JAX with `KERAS_NNX_ENABLED=true`).

    Example:

    >>> keras.config.is_nnx_enabled()
    False
    """
    return _settings.nnx_enabled


@keras_export("keras.config.set_max_epochs")
def set_max_epochs(max_epochs):
    """Limits the epochs of every `fit`, whatever it is called with.

    Args:
        max_epochs: Integer, or `None` for no limit. `KERAS_MAX_EPOCHS` sets it from outside.

    Example:

    >>> keras.config.set_max_epochs(None)
    """
    _settings.max_epochs = max_epochs


@keras_export("keras.config.max_epochs")
def max_epochs():
    """Returns the limit on the epochs of a `fit`, or `None`.

    Example:

    >>> limit = keras.config.max_epochs()
    """
    return _settings.max_epochs


@keras_export("keras.config.set_max_steps_per_epoch")
def set_max_steps_per_epoch(max_steps_per_epoch):
    """Limits the steps of every epoch of `fit`, `evaluate` and `predict`.

    Args:
        max_steps_per_epoch: Integer, or `None` for no limit. `KERAS_MAX_STEPS_PER_EPOCH` sets it from outside.

    Example:

    >>> keras.config.set_max_steps_per_epoch(None)
    """
    _settings.max_steps_per_epoch = max_steps_per_epoch


@keras_export("keras.config.max_steps_per_epoch")
def max_steps_per_epoch():
    """Returns the limit on the steps of an epoch, or `None`.

    Example:

    >>> limit = keras.config.max_steps_per_epoch()
    """
    return _settings.max_steps_per_epoch

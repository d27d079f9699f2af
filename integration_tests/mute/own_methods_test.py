"""Each argument of each method that a concrete class has of its own matters, or stands with a reason why no pair is asked for."""

import inspect
import re

import pytest

import keras
from integration_tests.api_test import ROWS as PUBLIC
from integration_tests.mute import methods_test, own_distribution_rows, own_rows, own_utility_rows
from integration_tests.mute.core import arguments_of, differs

ROWS = {**own_rows.ROWS, **own_utility_rows.ROWS, **own_distribution_rows.ROWS}
CASES = [(*key, argument) for key, (_, pairs) in ROWS.items() for argument in pairs]
HOOKS = {
    "call": "each argument of `call` stands in `calls_test.py`",
    "on_": "what the loop hands over stands in `callbacks_test.py`; the callbacks' effects in `callback_pairs.py`",
    "transform_": "what is drawn and how it changes images, labels, masks and boxes stands in `augmentations_test.py`",
    "get_random_transformation": "what is drawn, and by which seed, stands in `augmentations_test.py`",
    "get_transformed_x_y": "a step of the transformations, which stand in `geometry_test.py`",
    "get_shifted_bbox": "a step of the transformations, which stand in `geometry_test.py`",
    "get_clipped_bbox": "a step of the transformations, which stand in `geometry_test.py`",
    "get_elastic_transform_params": "a step of the transformations, which stand in `geometry_test.py`",
}
OF_THE_QUERY = (
    "the result has the shape of the query alone; what is given beside it is checked in the tests of the layer"
)
SIZES = "states have sizes of their own; how many there are is checked in the tests of recurrent layers"
ESTIMATORS = "needs an engine that trains, and scikit-learn: stands in `sklearn_wrapper_test.py`"
EXPORTS = "needs TensorFlow, which reads what is written: stands in `export_archive_test.py`"
QUANTIZED = "of layers that can be quantized"
EXCEPTIONS = {
    ("Initializer", "__call__"): "for subclasses",
    ("Regularizer", "__call__"): "for subclasses",
    ("Constraint", "__call__"): "for subclasses",
    ("LearningRateSchedule", "__call__"): "for subclasses",
    ("DataParallel", "get_tensor_layout"): "the engine decides, whatever the tensor",
    ("ExportArchive", "add_endpoint"): EXPORTS,
    ("ExportArchive", "add_variable_collection"): EXPORTS,
    ("ExportArchive", "track"): EXPORTS,
    ("ExportArchive", "track_and_add_endpoint"): EXPORTS,
    ("ExportArchive", "write_out"): EXPORTS,
    ("Wrapper", "fit"): ESTIMATORS,
    ("Wrapper", "predict"): ESTIMATORS,
    ("SKLearnClassifier", "decision_function"): ESTIMATORS,
    ("SKLearnTransformer", "transform"): ESTIMATORS,
    ("HoldsWeight", "quantized_build"): QUANTIZED,
    ("Embedding", "quantized_build"): QUANTIZED,
    ("Attention", "compute_output_spec", "use_causal_mask"): OF_THE_QUERY,
    ("RNN", "build", "initial_state_shape"): SIZES,
    ("RNN", "compute_output_shape", "initial_state_shape"): SIZES,
    ("Bidirectional", "build", "initial_state_shape"): SIZES,
    ("Bidirectional", "compute_output_shape", "initial_state_shape"): SIZES,
    ("CategoryEncoding", "compute_output_spec", "count_weights"): "weights change values, not the shape or the dtype",
    ("Dot", "compute_mask"): "there is no mask of what is summed over",
    ("GlobalAveragePooling1D", "compute_mask"): "there is no mask of what is averaged over",
    ("Embedding", "compute_mask", "mask"): "the mask is made from the inputs",
    ("Masking", "compute_mask", "mask"): "the mask is made from the inputs",
    ("TextVectorization", "adapt", "batch_size"): "how many texts are in work at once; the vocabulary is the same",
    ("TFSMLayer", "from_config", "safe_mode"): "needs TensorFlow: stands in the tests of `layers/wrapping`",
    ("TorchModuleWrapper", "from_config", "safe_mode"): "needs PyTorch: stands in the tests of `layers/wrapping`",
    ("TorchModuleWrapper", "parameters", "recurse"): "needs PyTorch: stands in the tests of `layers/wrapping`",
}
EXCEPTIONS["DistillationLoss", "compute_loss"] = EXCEPTIONS["DistillationLoss", "validate_model_compatibility"] = (
    "for subclasses, of which `distillation_loss_test.py` and `distiller_test.py` hold each"
)
for _owner, _method in (
    ("SKLearnClassifier", "decision_function"),
    ("SKLearnTransformer", "transform"),
    ("Wrapper", "fit"),
    ("Wrapper", "predict"),
):
    EXCEPTIONS[_owner, _method] = (
        "scikit-learn may be absent; its own checks of estimators stand in `sklearn_wrapper_test.py`"
    )
for _owner in ("MultiHeadAttention", "GroupedQueryAttention"):
    for _argument in ("value_shape", "key_shape"):
        EXCEPTIONS[_owner, "compute_output_shape", _argument] = OF_THE_QUERY
    for _argument in ("value", "key", "query_mask", "value_mask", "key_mask", "attention_mask", "use_causal_mask"):
        EXCEPTIONS[_owner, "compute_output_spec", _argument] = OF_THE_QUERY
CALLED = ("constraints", "initializers", "regularizers", "schedules")
"""Namespaces of classes whose objects are called: `__call__` is a method of their own."""


def covered_by_base_classes():
    """Names of arguments of each method that has a row with the base classes."""
    covered = {}
    for _, name, function in methods_test.METHODS:
        covered.setdefault(name, set()).update(arguments_of(function))
    return covered


def public_class(names):
    value = keras
    for part in names[0].split(".")[1:]:
        value = getattr(value, part, None)
    return value  # `None` while a namespace is not complete: `api_test.py` asks for what is missing.


def own_methods():
    """What stands in a concrete class: (class, method) to the arguments that no base class has in its method of that name."""
    covered, found = covered_by_base_classes(), {}
    for listed in PUBLIC:
        if listed["kind"] != "class":
            continue
        called = any(name.split(".")[-2] in CALLED for name in listed["names"])
        cls = public_class(listed["names"])
        for name in [n for n, value in listed["members"].items() if isinstance(value, list)] + ["__call__"] * called:
            member = inspect.getattr_static(cls, name, None)
            function = getattr(member, "__func__", member)
            if not inspect.isfunction(function) or name.startswith(tuple(HOOKS)):
                continue
            beyond = set() if name == "__call__" else covered.get(name, set())
            arguments = set(arguments_of(function)) - beyond - {"cls", "_"}
            if arguments:
                found[tuple(function.__qualname__.split("."))] = arguments
    return found


METHODS = own_methods()


def seen(owner, method, given, folder, capsys):
    folder.mkdir()
    keras.utils.set_random_seed(1)
    capsys.readouterr()
    result = ROWS[owner, method][0](folder, **given)
    return result, re.sub(r"\d+(us|ms|s)\b", "", capsys.readouterr().out)


@pytest.mark.parametrize("owner, method, argument", CASES, ids=["-".join(case) for case in CASES])
def test_two_values_differ(owner, method, argument, tmp_path, capsys):
    first, second, *beside = ROWS[owner, method][1][argument]
    beside = beside[0] if beside else {}
    observed = [
        seen(owner, method, {**beside, argument: value}, tmp_path / str(i), capsys)
        for i, value in enumerate((first, first, second))
    ]
    assert not differs(*observed[:2]), "the same value gives another result"
    assert differs(*observed[1:]), f"{argument} is mute in {owner}.{method}"


@pytest.mark.parametrize("owner, method", METHODS, ids=[".".join(key) for key in METHODS])
def test_each_argument_has_its_values(owner, method):
    row = set(ROWS[owner, method][1]) if (owner, method) in ROWS else set()
    reasons = {key[2] for key in EXCEPTIONS if key[:2] == (owner, method) and len(key) == 3}
    assert METHODS[owner, method] <= row | reasons or (owner, method) in EXCEPTIONS

"""Each kind of attack by a config, in each slot, by each door: refused before anything foreign is reached."""

import json
import shutil

import numpy as np
import pytest

import keras
from integration_tests.attacks import doors, payloads, slots
from integration_tests.attacks.guards import guarded  # noqa: F401  a fixture
from keras.src import backend
from keras.src.saving import serialization_lib
from keras.src.testing import engine

pytestmark = pytest.mark.filterwarnings("ignore:The state of the optimizer", "ignore:The HDF5 format")


# What brings a file here reads no configs itself. The engine without a compiler, which is quick, tries all slots by it.
FEW = ("layer", "initializer", "argument of a call", "loss")


def doors_of(slot):
    remote = {} if engine.CAN_COMPILE and slot not in FEW else doors.REMOTE
    found = {**doors.DOORS, **remote, **(doors.SLOW if slot in FEW else {})}
    return found if slots.is_of_compiling(slot) else {**found, **doors.MODEL_DOORS}


@pytest.mark.parametrize("slot", [slot for slot, (_, harmless) in slots.SLOTS.items() if harmless is not None])
def test_the_same_configs_load_without_an_attack(slot, tmp_path):
    """So what is refused below is refused for the attack in it."""
    put, what = slots.SLOTS[slot]
    for door, enter in doors_of(slot).items():
        if slot in slots.OTHER_WEIGHTS and door in {**doors.FILES, **doors.REMOTE, **doors.SLOW}:
            continue
        (tmp_path / door).mkdir()
        enter(put(what), tmp_path / door)


def settings():
    return keras.config.floatx(), keras.config.epsilon(), serialization_lib.in_safe_mode()


def refuses(enter, *args):
    """Whether a door refuses what comes, by an error that users can read, with everything as it was."""
    before, text = settings(), json.dumps(args[0])
    try:
        enter(*args)
    except (ValueError, TypeError, OSError) as error:
        assert 10 < len(str(error)) < 3000, error
        assert "do not fit what the file" not in str(error), error
        refused = True
    else:
        refused = False
    assert json.dumps(args[0]) == text and settings() == before
    return refused


@pytest.mark.parametrize("slot", slots.SLOTS)
@pytest.mark.parametrize("name", payloads.PAYLOADS)
def test_attacks_are_refused(name, slot, guarded, tmp_path):  # noqa: F811  the fixture
    config = slots.SLOTS[slot][0](payloads.PAYLOADS[name])
    open_doors = []
    for number, (door, enter) in enumerate(doors_of(slot).items()):
        (tmp_path / str(number)).mkdir()
        if not refuses(enter, config, tmp_path / str(number)):
            open_doors.append(door)
    assert not open_doors, f"{name} as {slot}"


@pytest.mark.parametrize("slot", ["layer", "loss", "initializer"])
@pytest.mark.parametrize("name", payloads.PAYLOADS)
def test_who_reads_weights_alone_reaches_nothing(name, slot, guarded, tmp_path):  # noqa: F811  the fixture
    for number, enter in enumerate(doors.READERS.values()):
        (tmp_path / str(number)).mkdir()
        refuses(enter, slots.SLOTS[slot][0](payloads.PAYLOADS[name]), tmp_path / str(number))


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    """Folder of a backup of training, after which no epoch is left, and the model that was trained."""
    folder = tmp_path_factory.mktemp("backup")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    callback = keras.callbacks.BackupAndRestore(folder, delete_checkpoint=False)
    model.fit(
        np.zeros((4, 3)), np.zeros((4, 2)), verbose=0, callbacks=[keras.callbacks.EarlyStopping("loss"), callback]
    )
    return folder, model


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
@pytest.mark.parametrize("name", payloads.PAYLOADS)
def test_the_state_of_a_callback_is_no_config(name, backup, guarded, tmp_path):  # noqa: F811  the fixture
    """A backup that training takes up sets no attribute of a callback to anything but plain values."""
    folder, model = backup
    shutil.copytree(folder, tmp_path / "backup")
    text = tmp_path / "backup" / "training_metadata.json"
    said = json.loads(text.read_text())
    said["callbacks"] = {"EarlyStopping.0": {"best_weights": payloads.PAYLOADS[name], "best": 0.5}}
    text.write_text(json.dumps(said))
    callback = keras.callbacks.EarlyStopping("loss")

    def resume(payload):
        model.fit(np.zeros((4, 3)), np.zeros((4, 2)), verbose=0, callbacks=[callback], resume_from=tmp_path / "backup")

    assert refuses(resume, payloads.PAYLOADS[name]) or callback.best_weights == payloads.PAYLOADS[name]


@pytest.mark.parametrize("name", payloads.PAYLOADS)
def test_members_of_families_are_no_attacks(name, guarded):  # noqa: F811  the fixture
    payload = payloads.PAYLOADS[name]
    for door, enter in doors.MEMBER_DOORS.items():
        if isinstance(payload, dict):
            assert refuses(enter, payload), door
        else:  # A list is no description of a member: it comes back as it is, or is refused.
            assert refuses(lambda config, enter=enter: enter(config), payload) or enter(payload) is payload, door


@pytest.fixture(scope="module")
def public_functions():
    """Descriptions of them, found before anything is guarded: to look at all namespaces imports other libraries."""
    return list(payloads.public_functions())


def test_no_public_function_is_named_by_a_file_unless_it_is_on_the_list(public_functions, guarded):  # noqa: F811
    for payload in public_functions:
        try:
            found = keras.saving.deserialize_keras_object(payload)
        except (ValueError, TypeError):
            continue
        # A name alone, without its module, may be that of one on the list, which then is what is found.
        assert found.__module__.split(".")[2] in ("activations", "losses", "metrics", "ops"), payload


# Layers, and the argument in which a payload may stand; None where payloads are configs of the layer itself.
CLASSES = {
    **{"Dense": "activation", "TimeDistributed": "layer", "Bidirectional": "layer", "RNN": "cell"},
    **dict.fromkeys(
        ("Lambda", "TorchModuleWrapper", "TFSMLayer", "StringLookup", "IntegerLookup", "TextVectorization")
    ),
}


def configs_of(name):
    if CLASSES[name]:
        rest = {"units": 2} if name == "Dense" else {}
        return [{**rest, CLASSES[name]: payload} for payload in payloads.PAYLOADS.values()]
    described = [payload for payload in payloads.PAYLOADS.values() if isinstance(payload, dict)]
    return [payload["config"] for payload in described if payload["class_name"] == name]


@pytest.mark.parametrize("name", CLASSES)
def test_from_config_of_layers(name, guarded):  # noqa: F811  the fixture
    configs = configs_of(name)
    assert configs
    for config in configs:
        assert refuses(getattr(keras.layers, name).from_config, config), config


def test_clone_model(guarded):  # noqa: F811  the fixture
    """It makes each layer from what its `get_config` gives."""
    for config in configs_of("Dense"):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.layers[0].get_config = lambda config=config: config
        assert refuses(lambda config, model=model: keras.models.clone_model(model), config), config

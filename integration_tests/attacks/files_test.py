"""Each kind of harmful file, by all that reads the kind: refused by an error for users, at once, with nothing changed."""

import functools
import shutil
import signal

import numpy as np
import pytest

from integration_tests.attacks import damage, files
from integration_tests.attacks.guards import AttackError, guarded  # noqa: F401  a fixture
from integration_tests.fuzz.child import EXPECTED

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Function that gives the folder with the harmless file of a kind, and the model in it."""

    @functools.cache
    def made(kind):
        folder, model = tmp_path_factory.mktemp("good"), files.network()
        files.KINDS[kind][0](model, folder)
        return folder, model

    return made


@pytest.fixture(autouse=True)
def in_time():
    """A reader that waits, for a pipe say, fails."""

    def too_long(*args):
        raise AttackError("a reader took more than a minute")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def values(model):
    return [np.array(v) for v in model.get_weights()]


@pytest.mark.parametrize("kind", files.KINDS)
def test_files_without_a_change_are_read(kind, good, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_LOAD_LIMIT", str(damage.LIMIT))
    folder, source = good(kind)
    shutil.copytree(folder, tmp_path / "in")
    for read in files.KINDS[kind][3].values():
        model = files.network()
        read(tmp_path / "in" / files.KINDS[kind][1], model)


def outcome(read, path, model):
    """What a reader makes of a file: `"loaded"`, or how it refuses it."""
    before = values(model)
    try:
        read(path, model)
    except EXPECTED as error:
        same = all(np.array_equal(a, b) for a, b in zip(before, values(model), strict=True))
        if not same or not 10 < len(str(error)) < 5000:
            return f"left the model changed, or said too much: {error}"
        return "refused"
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"
    return "loaded"


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in files.KINDS for name in files.KINDS[kind][2]])
def test_harmful_files_are_refused(kind, name, good, tmp_path, monkeypatch):
    _, file, changes, readers = files.KINDS[kind]
    found, model = {}, files.network()
    for number, (reader, read) in enumerate(readers.items()):
        folder = tmp_path / str(number) / "in"
        shutil.copytree(good(kind)[0], folder)
        changes[name](folder / file)
        monkeypatch.setenv("KERAS_LOAD_LIMIT", str(damage.LIMIT))
        found[reader] = outcome(read, folder / file, model)
        monkeypatch.delenv("KERAS_LOAD_LIMIT")
    unseen = {reader for reader in readers if name in files.UNSEEN.get((kind, reader), ())}
    wrong = {r: what for r, what in found.items() if what != "refused" and not (what == "loaded" and r in unseen)}
    assert not wrong

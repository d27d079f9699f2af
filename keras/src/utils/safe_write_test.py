"""Saves that fail, and saves at the same time: in processes of their own, with limits that the system keeps."""

import errno
import os
import subprocess
import sys
import textwrap

import pytest

from keras.src.utils.safe_write import one_writer, replacing, replacing_several

# Ways to save, by the name of the file.
SAVES = """
import os, sys
import numpy as np
import keras
from keras import layers

GIBIBYTE = 1024**3
SAVES = {
    "m.keras": lambda m, path: m.save(path),
    "n.keras": lambda m, path: m.save(path, weights_format="npz"),
    "s.keras": lambda m, path: m.save(path, weights_format="safetensors"),
    "folder": lambda m, path: m.save(path, zipped=False),
    "m.h5": lambda m, path: m.save(path),
    "m.weights.h5": lambda m, path: m.save_weights(path),
    "p.weights.json": lambda m, path: m.save_weights(path, max_shard_size=500_000 / GIBIBYTE),
    "m.safetensors": lambda m, path: m.save_weights(path),
    "p.safetensors": lambda m, path: m.save_weights(path, max_shard_size=500_000 / GIBIBYTE),
}


def model(size, value=0.0):
    made = keras.Sequential([keras.Input((size,)), layers.Dense(size, name="a"), layers.Dense(size, name="b")])
    made.set_weights([np.full(v.shape, value) for v in made.weights])
    return made


def contents(folder):
    files = (os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)
    return {path: open(path, "rb").read() for path in files}, sorted(os.listdir(folder))
"""


def python(code, *arguments):
    """Starts a process that runs code after `SAVES`; without the user's warnings."""
    code = SAVES + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def said_by(process):
    said, complaints = process.communicate(timeout=300)
    assert process.returncode == 0, complaints[-3000:]
    return said.splitlines()


def test_a_full_disk(tmp_path):
    """No file may be larger than 100 kB: HDF5, Python and `safetensors` all meet the limit while they write."""
    said = said_by(
        python(
            """
            import resource, signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            small, large = model(2), model(300)
            for name, save in SAVES.items():
                folder = os.path.join(sys.argv[1], name + ".d")
                os.mkdir(folder)
                save(small, os.path.join(folder, name))
                before = contents(folder)
                limit = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
                try:
                    save(large, os.path.join(folder, name))
                except OSError as error:
                    print(name, error.errno, os.path.join(folder, name) in str(error), contents(folder) == before)
                finally:
                    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
                save(small, os.path.join(folder, name))
            """,
            tmp_path,
        )
    )
    assert len(said) == 9 and {line.split(maxsplit=1)[1] for line in said} == {f"{errno.EFBIG} True True"}


def test_a_folder_that_cannot_be_written_to():
    said = said_by(
        python(
            """
            import tempfile

            small, place = model(2), tempfile.TemporaryDirectory()
            os.chmod(place.name, 0o755)
            for name, save in SAVES.items():
                folder = os.path.join(place.name, name + ".d")
                os.mkdir(folder)
                save(small, os.path.join(folder, name))
                small.load_weights(os.path.join(folder, name))  # Nobody else may import what it needs.
                os.chmod(folder, 0o555)
            user = os.geteuid()
            if user == 0:
                os.seteuid(65534)  # The root may write everywhere.
            for name, save in SAVES.items():
                folder = os.path.join(place.name, name + ".d")
                before = contents(folder)
                try:
                    save(small, os.path.join(folder, name))
                except PermissionError as error:
                    print(name, folder in str(error) and "Choose" in str(error), contents(folder) == before)
                small.load_weights(os.path.join(folder, name))
            os.seteuid(user)
            for name in os.listdir(place.name):
                os.chmod(os.path.join(place.name, name), 0o755)
            place.cleanup()
            """
        )
    )
    assert len(said) == 9 and {line.split(maxsplit=1)[1] for line in said} == {"True True"}


def test_processes_that_save_to_one_path(tmp_path):
    """Two write, one reads: it always finds the whole save of one of them."""
    writers = [
        python(
            """
            made = model(260, float(sys.argv[2]))
            for number in range(4):
                for name, save in SAVES.items():
                    save(made, os.path.join(sys.argv[1], name))
            """,
            tmp_path,
            value,
        )
        for value in (1, 2)
    ]
    reader = python(
        """
        import time

        made, seen = model(260), {}
        end = time.time() + 60
        while time.time() < end and not os.path.exists(os.path.join(sys.argv[1], "end")):
            for name in SAVES:
                path = os.path.join(sys.argv[1], name)
                if os.path.exists(path) or os.path.exists(path + ".index.json"):
                    made.load_weights(path)
                    values = {float(value) for weight in made.get_weights() for value in np.unique(weight)}
                    seen.setdefault(name, set()).add(tuple(values))
        print(all(values <= {(1.0,), (2.0,)} for values in seen.values()), len(seen), seen)
        """,
        tmp_path,
    )
    for writer in writers:
        said_by(writer)
    (tmp_path / "end").touch()
    (verdict,) = said_by(reader)
    assert verdict.startswith("True 9 "), verdict
    # One generation of shards, and nothing else that was under way.
    assert len(os.listdir(tmp_path)) == 9 + 1 + 2 * 2, os.listdir(tmp_path)


def test_a_lock_does_not_wait_for_itself_or_for_a_forked_process(tmp_path):
    read, write = os.pipe()
    with one_writer(tmp_path / "a"), one_writer(tmp_path / "b"), replacing(tmp_path / "c") as path:
        with open(path, "w") as file:
            file.write("c")
        child = os.fork()
        if not child:
            os.close(write)
            os.read(read, 1)  # It lives until the end of the test.
            os._exit(0)
    with replacing(tmp_path / "d") as path, open(path, "w") as file:
        file.write("d")
    other = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    subprocess.run([sys.executable, "-c", other, str(tmp_path)], check=True)
    os.close(write)
    os.waitpid(child, 0)
    assert sorted(os.listdir(tmp_path)) == ["c", "d"]


@pytest.mark.parametrize("writing", [replacing, replacing_several])
def test_errors_that_are_no_matter_of_the_disk_stay_as_they_are(writing, tmp_path):
    for error in (RuntimeError("mine"), ValueError("mine"), FileNotFoundError("mine")):
        with pytest.raises(type(error)) as raised, writing(tmp_path / "a"):
            raise error
        assert raised.value is error
    assert os.listdir(tmp_path) == []

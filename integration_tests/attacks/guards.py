"""Replaces what no file may reach by what fails the test."""

import base64
import builtins
import importlib
import io
import marshal
import os
import pickle
import shutil
import socket
import subprocess
import sys
import urllib.request

import h5py
import numpy as np
import pytest

import keras
from integration_tests.attacks import doors, payloads
from keras.src.datasets import restricted

OURS = (
    *("keras", "numpy", "h5py", "jax", "tensorflow", "torch", "openvino", "scipy", "ml_dtypes", "flax"),
    *("safetensors", "huggingface_hub", "fsspec", "orbax"),
)


class AttackError(BaseException):
    """An attack came through; nothing that catches exceptions hides it."""


def reached(*args, **kwargs):
    raise AttackError(f"an attack came through: {args} {kwargs}")


# What nothing here calls in any case.
NEVER = (
    *((pickle, name) for name in ("load", "loads", "Unpickler")),
    (restricted._Unpickler, "load"),
    *((os, name) for name in ("system", "popen", "execv", "posix_spawn")),
    *((subprocess, name) for name in ("Popen", "run", "call", "check_output")),
    (socket.socket, "connect"),
    (urllib.request, "urlopen"),
    (urllib.request, "urlretrieve"),
    (shutil, "unpack_archive"),
    (np, "fromfile"),
    (keras.utils, "get_file"),
    (keras.utils, "set_random_seed"),
    (keras.config, "set_floatx"),
    (keras.config, "set_backend"),
    (payloads.Registered, "__init__"),
)
# Those of engines, where they are imported.
OF_ENGINES = (("torch", "load"), ("torch.jit", "load"), ("tensorflow.saved_model", "load"))


def is_forbidden(path):
    return payloads.SENTINEL in os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else False


def guard_paths(monkeypatch):
    """Nobody opens, lists or even asks about the sentinel."""
    places = [(builtins, "open"), (io, "open")]
    places += [(os, name) for name in ("open", "stat", "lstat", "listdir", "scandir", "access", "mkdir", "readlink")]
    for module, name in places:
        own = getattr(module, name)

        def guarded(path=".", *args, _own=own, **kwargs):
            return reached(path) if is_forbidden(path) else _own(path, *args, **kwargs)

        monkeypatch.setattr(module, name, guarded)
    for owner, name in ((h5py.File, "__init__"), (np.memmap, "__new__")):
        own = getattr(owner, name)

        def made(self, path, *args, _own=own, **kwargs):
            return reached(path) if is_forbidden(path) else _own(self, path, *args, **kwargs)

        monkeypatch.setattr(owner, name, made)


def guard_imports(monkeypatch):
    own_import, own_loads = importlib.import_module, marshal.loads

    def imported(name, package=None):
        return own_import(name, package) if name.split(".")[0] in OURS else reached(name)

    def loaded(code, *args):
        # Python itself reads its compiled modules so.
        return reached(code) if bytes(code) == base64.b64decode(payloads.NO_CODE) else own_loads(code, *args)

    monkeypatch.setattr(importlib, "import_module", imported)
    monkeypatch.setattr(marshal, "loads", loaded)


@pytest.fixture
def guarded(monkeypatch, tmp_path):
    """Context in which reaching what no file may reach fails the test."""
    doors.prepare()
    for owner, name in NEVER:
        monkeypatch.setattr(owner, name, reached, raising=False)
    for module, name in OF_ENGINES:
        if module in sys.modules:
            monkeypatch.setattr(sys.modules[module], name, reached, raising=False)
    guard_imports(monkeypatch)
    guard_paths(monkeypatch)

"""Reads configs that ask for too much, one after the other, in a process with little memory, and tells what went wrong.

python -m integration_tests.attacks.allocations_child widest|narrow
"""

import faulthandler
import json
import os
import pathlib
import sys
import tempfile
import warnings

from integration_tests.attacks import allocations, doors
from integration_tests.fuzz.child import EXPECTED, limit_memory, peak

# What a load may take where a limit is set; beyond the limit of a file, where none is, this process has no memory.
LIMIT = 2**25
# What a refusal may take, for the text and the parts of the config.
SLACK = 2**26
SECONDS = 20
NARROW = (".keras", "json")
ENTRIES = {**doors.DOORS, **doors.MODEL_DOORS}
# These write the config as JSON, which is not possible for one that is too deep.
WRITTEN = (*doors.FILES, "json")


def said(error):
    return isinstance(error, ValueError) and ("KERAS_LOAD" in str(error) or "too deep" in str(error))


def outcome(enter, *args):
    """What goes wrong where a door refuses a config, or takes it."""
    highest = peak()
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    try:
        enter(*args)
    except EXPECTED as error:
        found = "refused" if said(error) else f"{type(error).__name__}: {str(error)[:300]}"
    except Exception as error:
        found = f"raised {type(error).__name__}: {str(error)[:300]}"
    else:
        found = "loaded"
    faulthandler.cancel_dump_traceback_later()
    taken = peak() - highest
    return found if taken < SLACK else f"took {taken} bytes, and {found}"


# What of the matrix cannot be: the kind of configs, and the doors that do not read them.
LEFT_OUT = {
    "DEEP": WRITTEN,
    "BESIDE": tuple(doors.MODEL_DOORS),
    "SUMS": (*doors.MODEL_DOORS, ".h5"),  # it reads weights before it compiles
}


def try_all(kind, names):
    """Reads all configs of a kind by the doors of these names, and prints what is not as it should be."""
    for name, config in getattr(allocations, kind).items():
        for door, enter in ENTRIES.items():
            if door not in names or door in LEFT_OUT.get(kind, ()):
                continue
            print("at", kind, name, door, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                found = outcome(enter, config, pathlib.Path(folder))
            if found.startswith(("raised", "took")) if kind == "HARMLESS" else found != "refused":
                print("wrong", json.dumps([kind, name, door, found]), flush=True)


def main(width):
    warnings.simplefilter("ignore")
    doors.harmless()
    limit_memory()
    os.environ.pop("KERAS_LOAD_LIMIT", None)
    for kind in ("ALONE", "BESIDE", "HARMLESS"):
        try_all(kind, NARROW[:1])
    os.environ["KERAS_LOAD_LIMIT"] = str(LIMIT)
    for kind in ("ALONE", "BESIDE", "HARMLESS", "SUMS", "DEEP"):
        try_all(kind, ENTRIES if width == "widest" or kind == "DEEP" else NARROW)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

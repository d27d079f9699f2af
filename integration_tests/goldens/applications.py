"""Writes what is compared of the networks of `keras.applications`, by the library whose name is `keras` where this runs.

    KERAS_BACKEND=numpy python integration_tests/goldens/applications.py OUT.json [NETWORK ...]

With names of networks, these are written anew into the file, and the others stay.
"""

import json
import pathlib
import sys

# By its path, not as a module of `keras`, which may be another library here.
sys.path.append(str(pathlib.Path(__file__).parents[2] / "keras" / "src" / "testing"))
import application_cases as cases  # noqa: E402

import keras  # noqa: E402


def main(path, *names):
    path = pathlib.Path(path)
    found = json.loads(path.read_text()) if path.exists() else {}
    for name in names or [n for n in dir(keras.applications) if n[0].isupper()]:
        found[name] = {way: summary(name, way) for way in cases.WAYS}
        found[name]["arguments"] = cases.arguments_of(keras, name)
        if name in cases.SMALLEST:
            found[name]["outputs"] = cases.outputs(keras, name)
        path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def summary(name, way):
    """What is compared, or `None` where this implementation has no such network: not all know channels first."""
    try:
        return cases.summary(cases.of_way(keras, name, way))
    except ValueError as error:
        if way == "first" and "channels_first" in str(error):
            return None
        raise


if __name__ == "__main__":
    main(*sys.argv[1:])

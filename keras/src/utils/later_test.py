"""What points right stands in one place."""

import pathlib
import re

import keras

SOURCE = pathlib.Path(keras.__file__).parent / "src"


def test_only_here_are_parts_of_the_library_imported_later():
    pattern = re.compile(r"LazyModule\(\s*\"keras")
    found = {str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if pattern.search(p.read_text())}
    assert found == {"utils/later.py"}

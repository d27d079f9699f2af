"""Builds a wheel of the package, without its tests, into `dist/`.

python pip_build.py                 builds
python pip_build.py --install       builds, then installs the wheel into the running Python
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGED = ("pyproject.toml", "README.md", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("*_test.py", "conftest.py", "testdata", "__pycache__", "*.pyc")


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], check=True)


def build(target, isolated=True):
    """Builds the wheel from a copy of the source that holds no tests.

    Args:
        target: The folder for the wheel. Older wheels of this package in it are removed.
        isolated: Whether pip fetches the build tools anew; else those of the running Python serve.

    Returns:
        The path of the wheel.
    """
    target = Path(target).resolve()
    for old in target.glob("keras-*.whl"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "source")
        shutil.copytree(ROOT / "keras", copy / "keras", ignore=LEFT_OUT)
        for name in PACKAGED:
            shutil.copy(ROOT / name, copy / name)
        pip(
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            str(target),
            *([] if isolated else ["--no-build-isolation"]),
            str(copy),
        )
    (wheel,) = target.glob("keras-*.whl")
    return wheel


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="install the wheel after building it")
    parser.add_argument("--no-isolation", action="store_true", help="build with the setuptools that is installed here")
    arguments = parser.parse_args()
    wheel = build(ROOT / "dist", isolated=not arguments.no_isolation)
    print(f"built {wheel.relative_to(ROOT)}")
    if arguments.install:
        pip("install", "--force-reinstall", "--no-deps", str(wheel))
        pip("install", str(wheel))


if __name__ == "__main__":
    main()

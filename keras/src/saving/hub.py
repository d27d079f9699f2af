"""Repositories of Hugging Face's hub, `hf://user/name`, by the package `huggingface_hub`."""

import functools
import os
import re

from keras.src.saving.shard_map import INDEX, shards_of
from keras.src.utils import io_utils
from keras.src.utils.module_utils import huggingface_hub
from keras.src.version import __version__

SCHEME = "hf://"
_NOT_UPWARDS = r"(?!\.+(?:[/@]|$))"
_NAME, _PART = rf"{_NOT_UPWARDS}[\w.\-]+", rf"{_NOT_UPWARDS}[^/]+"
_PLACE = re.compile(
    rf"hf://(?P<repository>{_NAME}/{_NAME}|{_NAME}(?=/?$|@))(?:@(?P<revision>[^/]+))?(?P<file>(?:/{_PART})*)/?"
)
_SENDER = {"library_name": "keras", "library_version": __version__}

MODEL_CARD = """---
library_name: keras
---

A model of Keras. Load it, on JAX, TensorFlow or PyTorch, with

```python
import keras

model = keras.saving.load_model("{place}")
```

Its architecture is in [config.json](./config.json). This card was written when the model was saved: please tell here what
the model is for, how it was trained, and where it fails
(see [Model cards](https://huggingface.co/docs/hub/model-cards)).
"""


def is_hub(path):
    """Whether a path is that of a repository, or of a file in one."""
    return path.startswith(SCHEME)


def is_repository(path):
    """Whether a path is that of a whole repository."""
    return is_hub(path) and not _parsed(path)[2]


def _parsed(path):
    """Repository, revision (or None), and file in it (or `""`)."""
    found = _PLACE.fullmatch(path)
    if found is None:
        raise ValueError(
            "A place on Hugging Face's hub is `hf://user/name`, `hf://user/name@revision`, or a file in it, "
            f"`hf://user/name/file`. Received: {path!r}"
        )
    return found["repository"], found["revision"], found["file"].strip("/")


def fetch(path):
    """Downloads a repository, or what it has of a file, into the cache of `huggingface_hub`.

    Args:
        path: `hf://user/name`, perhaps with `@revision` and `/file`.

    Returns:
        Path of the folder or file on this machine.

    Raises:
        FileNotFoundError: The repository has no such file.
    """
    repository, revision, file = _parsed(path)
    options = {} if revision is None else {"revision": revision}
    download = functools.partial(huggingface_hub.snapshot_download, repo_id=repository, **options, **_SENDER)
    if not file:
        return download()
    folder = download(allow_patterns=[file, f"{file}/*", file + INDEX])
    found = os.path.join(folder, *file.split("/"))
    maps = [path for path in (found, found + INDEX) if path.endswith(".json") and os.path.isfile(path)]
    if not maps and not os.path.exists(found):
        raise FileNotFoundError(f"There is no file {path}.")
    if maps:
        beside = [os.path.join(os.path.dirname(file), os.path.basename(shard)) for shard in shards_of(maps[0])]
        download(allow_patterns=sorted(beside))
    return found


class Upload:
    """A save to a repository, which is made where there is none.

    Args:
        path: `hf://user/name` for a whole model, `hf://user/name/file` for a file.
    """

    def __init__(self, path):
        self.path = path
        self.repository, self.revision, self.file = _parsed(path)

    def prepare(self, folder):
        """The path below a folder of this machine to write to."""
        return os.path.join(folder, *(self.file or "model").split("/")[-1:])

    def send(self, folder):
        """Commits what is in a folder of this machine."""
        api = huggingface_hub.HfApi(**_SENDER)
        repository = api.create_repo(self.repository, exist_ok=True).repo_id
        options = {} if self.revision is None else {"revision": self.revision}
        if self.file:
            options["path_in_repo"] = os.path.dirname(self.file) or "."
        else:
            folder = os.path.join(folder, "model")
            with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as card:
                card.write(MODEL_CARD.format(place=f"{SCHEME}{repository}"))
        api.upload_folder(repo_id=repository, folder_path=folder, commit_message="Save model using Keras.", **options)
        io_utils.print_msg(
            f"Saved to Hugging Face's hub: https://huggingface.co/{repository}\n"
            f"Load it with `keras.saving.load_model({SCHEME + repository!r})`."
            if not self.file
            else f"Saved to Hugging Face's hub: https://huggingface.co/{repository}, {self.file}"
        )

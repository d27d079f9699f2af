"""The files of a folder, their labels, and which of them are for training and which for validation."""

import dataclasses
import os

import numpy as np

from keras.src.utils.io_utils import print_msg

_SUBSETS = ("training", "validation", "both")
_LABEL_MODES = ("int", "categorical", "binary", None)


@dataclasses.dataclass
class Files:
    """Files in an order, with their labels.

    Args:
        file_paths: List of paths.
        labels: List of as many labels, or `None`.
        class_names: List of names by label, or `None`.
    """

    file_paths: list
    labels: list | None = None
    class_names: list | None = None

    def __len__(self):
        return len(self.file_paths)

    def part(self, start, stop):
        """The files from one place to another."""
        labels = None if self.labels is None else self.labels[start:stop]
        return Files(self.file_paths[start:stop], labels, self.class_names)

    def shuffled(self, seed):
        """The same files in an order that hangs on `seed` alone."""
        order = list(range(len(self)))
        np.random.RandomState(seed).shuffle(order)
        labels = None if self.labels is None else [self.labels[i] for i in order]
        return Files([self.file_paths[i] for i in order], labels, self.class_names)


@dataclasses.dataclass
class Search:
    """What is looked for in a folder.

    Args:
        directory: Path of the folder.
        kind: `"image"`, `"text"` or `"audio"`, for messages.
        formats: Endings of files, in lower case.
        labels: `"inferred"` (the subfolders are classes), a sequence of labels, or `None`.
        label_mode: `"int"`, `"categorical"`, `"binary"` or `None` (no labels).
        class_names: Names of subfolders, in the order of the labels, or `None`.
        follow_links: Whether links to folders are followed.
        verbose: Whether a message tells how many files there are.
    """

    directory: str
    kind: str
    formats: tuple
    labels: object = "inferred"
    label_mode: object = "int"
    class_names: object = None
    follow_links: bool = False
    verbose: bool = True

    def __post_init__(self):
        if self.label_mode not in _LABEL_MODES:
            raise ValueError(f"`label_mode` must be one of {_LABEL_MODES}. Received: label_mode={self.label_mode!r}")
        if isinstance(self.labels, np.ndarray):
            self.labels = self.labels.tolist()
        if not (self.labels in ("inferred", None) or isinstance(self.labels, (list, tuple))):
            raise ValueError(
                f"`labels` must be 'inferred', None, or a list with an integer for each {self.kind} file of the "
                f"directory. Received: labels={self.labels!r}"
            )
        if self.labels is None or self.label_mode is None:
            self.labels = self.label_mode = None
        if self.class_names is not None and self.labels != "inferred":
            raise ValueError(
                "`class_names` goes with `labels='inferred'` and a `label_mode`. "
                f"Received: labels={self.labels!r}, label_mode={self.label_mode!r} and class_names={self.class_names!r}"
            )

    def files(self):
        """Finds the files.

        Returns:
            `Files`, in alphabetical order within each class.

        Raises:
            FileNotFoundError: There is no such folder.
            ValueError: There are no such files in it, or labels or class names do not fit them.
        """
        found = self._by_folder() if self.labels == "inferred" else self._with_given_labels()
        if self.verbose:
            classes = "" if found.class_names is None else f" belonging to {len(found.class_names)} classes"
            print_msg(f"Found {len(found)} files{classes}.")
        if self.label_mode == "binary" and len(found.class_names) != 2:
            raise ValueError(
                f"`label_mode='binary'` needs two classes. Received: class_names={found.class_names!r}; name two of them "
                "by `class_names`, or take another `label_mode`."
            )
        if not found.file_paths:
            raise ValueError(
                f"No {self.kind} files found in directory {os.fspath(self.directory)}. Allowed formats: {self.formats}"
            )
        return found

    def _by_folder(self):
        names = self._checked_names(subfolders(self.directory))
        found = Files([], [], names)
        for label, name in enumerate(names):
            paths = files_below(os.path.join(self.directory, name), self.formats, self.follow_links)
            found.file_paths += paths
            found.labels += [label] * len(paths)
        return found

    def _checked_names(self, names):
        if self.class_names is None:
            return names
        unknown = set(self.class_names) - set(names)
        if unknown:
            raise ValueError(
                f"`class_names` must be names of subfolders of the directory, which are {names}. "
                f"Received: class_names={self.class_names!r}"
            )
        return list(self.class_names)

    def _with_given_labels(self):
        os.listdir(self.directory)
        paths = files_below(self.directory, self.formats, self.follow_links)
        if self.labels is None:
            return Files(paths)
        if len(self.labels) != len(paths):
            raise ValueError(
                f"`labels` must have a label for each file. Received: {len(self.labels)} labels, while there are "
                f"{len(paths)} files in directory {os.fspath(self.directory)}"
            )
        return Files(paths, list(self.labels), [str(label) for label in sorted(set(self.labels))])


def subfolders(directory):
    """Names of the folders in a folder, in alphabetical order; hidden ones are passed over."""
    names = sorted(os.listdir(directory))
    return [name for name in names if not name.startswith(".") and os.path.isdir(os.path.join(directory, name))]


def files_below(directory, formats, follow_links=False):
    """Paths of the files with certain endings in a folder and the folders in it, in alphabetical order by folder.

    Args:
        directory: Path of the folder.
        formats: Tuple of endings in lower case.
        follow_links: Whether links to folders are followed.
    """
    walk = sorted(os.walk(directory, followlinks=follow_links), key=lambda step: step[0])
    return [
        os.path.join(folder, name)
        for folder, _, names in walk
        for name in sorted(names)
        if name.lower().endswith(formats)
    ]


def check_split(validation_split, subset, shuffle, seed):
    """Raises `ValueError` where the arguments that part data do not go together."""
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must lie between 0 and 1. Received: validation_split={validation_split!r}"
        )
    if bool(validation_split) != bool(subset):
        raise ValueError(
            "`validation_split` and `subset` go together. "
            f"Received: validation_split={validation_split!r} and subset={subset!r}"
        )
    if subset not in (*_SUBSETS, None):
        raise ValueError(f"`subset` must be one of {_SUBSETS}. Received: subset={subset!r}")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "`validation_split` with `shuffle=True` needs a `seed`, or training and validation would overlap."
        )


def split(files, validation_split, subset, verbose):
    """Parts files into those for training and, behind them, those for validation.

    Args:
        files: `Files`.
        validation_split: Share of the files that are for validation; `None` or 0 for no parting.
        subset: `"training"`, `"validation"` or `"both"`.
        verbose: Whether a message tells how many there are.

    Returns:
        List of `Files`: one, or two for `"both"`.

    Raises:
        ValueError: A part would be empty.
    """
    if not validation_split:
        return [files]
    first = len(files) - int(validation_split * len(files))
    parts = {"training": files.part(0, first), "validation": files.part(first, len(files))}
    wanted = parts if subset == "both" else {subset: parts[subset]}
    for name, part in wanted.items():
        if verbose:
            print_msg(f"Using {len(part)} files for {name}.")
        if not len(part):
            raise ValueError(
                f"No files are left for {name}: there are {len(files)}. Received: validation_split={validation_split!r}"
            )
    return list(wanted.values())

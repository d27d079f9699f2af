"""Labels that are numbers of classes, and the error where there is no such class."""

import numpy as np


class UnknownLabels(ValueError):
    """Targets hold numbers that are no classes of the output."""


def check_labels(labels, classes, ignored=None, which=""):
    """Raises where labels are no classes.

    Args:
        labels: NumPy array of class numbers.
        classes: The number of classes.
        ignored: A label that may stand there all the same, or `None`.
        which: What the message says after "targets", such as " (output 'a')".
    """
    if not labels.size or labels.dtype.kind not in "biuf" or (labels.min() >= 0 and labels.max() < classes):
        return
    found = np.unique(labels)
    wrong = found[~((found >= 0) & (found < classes))]
    wrong = wrong if ignored is None else wrong[wrong != ignored]
    if wrong.size:
        raise UnknownLabels(
            f"The targets{which} must be class numbers from 0 to {classes - 1}, for the output has {classes} classes. "
            f"Received: {', '.join(map(str, wrong[:5].tolist()))}. Give the output more units, number the classes from "
            "0, or name a class that does not count by `ignore_class`."
        )

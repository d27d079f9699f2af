"""What is taken from scikit-learn, which is optional: without it the wrappers can be named, but not made."""

__all__ = [
    "BaseEstimator",
    "ClassifierMixin",
    "RegressorMixin",
    "TransformerMixin",
    "check_is_fitted",
    "column_or_1d",
    "get_config",
    "get_routing_for_object",
    "type_of_target",
    "validate_data",
]

try:
    from sklearn import get_config
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
    from sklearn.utils.metadata_routing import get_routing_for_object
    from sklearn.utils.multiclass import type_of_target
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

    MISSING = None
except ImportError as error:
    MISSING = str(error)

    class BaseEstimator:
        """Stands for the class of scikit-learn."""

    class ClassifierMixin:
        """Stands for the class of scikit-learn."""

    class RegressorMixin:
        """Stands for the class of scikit-learn."""

    class TransformerMixin:
        """Stands for the class of scikit-learn."""


def check_installed(wrapper):
    """Raises an `ImportError` where scikit-learn is missing or too old."""
    if MISSING is not None:
        raise ImportError(
            f"{type(wrapper).__name__} needs scikit-learn, version 1.6 or later. Install it with "
            f"`pip install -U scikit-learn`. ({MISSING})"
        )

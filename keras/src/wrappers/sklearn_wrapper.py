"""Models as estimators of scikit-learn."""

import copy

import numpy as np

from keras.src.api_export import keras_export
from keras.src.models.cloning import clone_model
from keras.src.models.model import Model
from keras.src.wrappers import sklearn_bases as sklearn
from keras.src.wrappers import sklearn_targets


class Wrapper(sklearn.BaseEstimator):
    """Base of the estimators whose work a model does."""

    def __init__(self, model, warm_start=False, model_kwargs=None, fit_kwargs=None):
        sklearn.check_installed(self)
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self):
        if self.warm_start:
            return super().__sklearn_clone__()
        # A model that was given is not trained itself, so clones share it.
        without_model = copy.copy(self)
        without_model.model = None
        clone = sklearn.BaseEstimator.__sklearn_clone__(without_model)
        clone.model = self.model
        return clone

    def set_fit_request(self, **kwargs):
        """Says which arguments of `fit` a meta-estimator shall hand on, where metadata routing is enabled.

        Args:
            **kwargs: By the name of the argument: `True`, `False`, `None`, or the name by which the caller knows it.

        Returns:
            The estimator itself.

        Raises:
            RuntimeError: Metadata routing is not enabled.
        """
        if not sklearn.get_config().get("enable_metadata_routing", False):
            raise RuntimeError(
                "This method is only available when metadata routing is enabled. You can enable it using "
                "sklearn.set_config(enable_metadata_routing=True)."
            )
        requests = sklearn.get_routing_for_object(self)
        for name, alias in kwargs.items():
            requests.fit.add_request(param=name, alias=alias)
        self._metadata_request = requests
        return self

    @property
    def epoch_(self):
        """Number of epochs that `model_` was trained for."""
        return getattr(self, "_epochs", 0)

    def fit(self, X, y, **kwargs):
        """Makes a model and trains it; with `warm_start`, the model of the last `fit` is trained further.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.
            y: Targets of shape `(samples,)`, or `(samples, targets)`.
            **kwargs: Arguments of `Model.fit`, such as `epochs` and `sample_weight`, instead of those in `fit_kwargs`.

        Returns:
            The estimator itself.

        Raises:
            ValueError: The data are of a kind that the estimator does not take.
            RuntimeError: The model is not compiled.
            TypeError: `model` is no model, and makes none.
        """
        return self._fit(X, y, not self.warm_start, kwargs)

    def partial_fit(self, X, y, **kwargs):
        """Trains for one epoch on these samples, starting from where the training stands.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.
            y: Targets of shape `(samples,)`, or `(samples, targets)`.
            **kwargs: Arguments of `Model.fit`, instead of those in `fit_kwargs`.

        Returns:
            The estimator itself.

        Raises:
            ValueError: The features or classes are others than before.
        """
        return self._fit(X, y, False, {"epochs": 1, **kwargs})

    def _fit(self, X, y, afresh, options, **about_targets):
        afresh = afresh or not hasattr(self, "model_")
        X, y = self._checked(X, y, afresh)
        if afresh:
            self._keep_targets(y, **about_targets)
        y = self._targets.encode(y)
        if afresh:
            self.model_ = self._new_model(X, y)
            self._epochs = 0
        self.history_ = self.model_.fit(X, y, **{**(self.fit_kwargs or {}), **options})
        self._epochs += len(self.history_.epoch)
        return self

    def _checked(self, X, y, reset):
        X, y = sklearn.validate_data(self, X, y, reset=reset, multi_output=True)
        return X, sklearn_targets.flat(y)

    def _keep_targets(self, y):
        self._targets = sklearn_targets.Numbers(y)

    def _new_model(self, X, y):
        """The model to be trained. The one that was given keeps its weights, unless training goes on with it."""
        if isinstance(self.model, Model):
            _check_compiled(self.model)
            return self.model if self.warm_start else clone_model(self.model)
        if not callable(self.model):
            raise TypeError(
                "`model` must be a compiled model, or a function `(X, y, **model_kwargs)` that returns one. "
                f"Received: model={self.model!r} (of type {type(self.model)})"
            )
        model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        if not isinstance(model, Model):
            raise TypeError(f"The function `model` must return a compiled model. It returned {model!r}.")
        _check_compiled(model)
        return model

    def _outputs(self, X):
        """What the model gives for the samples, an array."""
        sklearn.check_is_fitted(self, "model_")
        X = sklearn.validate_data(self, X, reset=False)
        outputs = self.model_.predict(X, verbose=(self.fit_kwargs or {}).get("verbose", "auto"))
        if not isinstance(outputs, np.ndarray):
            raise ValueError(f"The model of an estimator must have one output. It gave {type(outputs)}.")
        return outputs

    def predict(self, X):
        """Predicts the targets of samples.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.

        Returns:
            Array of the shape that the targets had in `fit`.
        """
        outputs = self._outputs(X)
        return self._targets.decode(outputs)


def _check_compiled(model):
    if not model.compiled or model.optimizer is None:
        raise RuntimeError(
            "Given model needs to be compiled, and have a loss and an optimizer: call `model.compile(...)` first."
        )


@keras_export("keras.wrappers.SKLearnClassifier")
class SKLearnClassifier(sklearn.ClassifierMixin, Wrapper):
    """A model as a classifier of scikit-learn, for pipelines, searches, cross-validation and the like.

    Labels may be numbers, strings or bools. The model learns one column for each class, also where there are two, so that
    it has to end in a softmax over the classes, with the loss `"categorical_crossentropy"`. Where `y` has several columns of
    0 and 1, the model learns these: a sigmoid for each, with the loss `"binary_crossentropy"`.

    After `fit`, `model_` is the trained model, `history_` its history, `classes_` the labels in the order of the outputs.

    Args:
        model: A compiled model, of which each `fit` trains a copy with new weights; or a function `(X, y, **model_kwargs)` that
            returns one for the data that it gets, `y` being as the model learns it.
        warm_start: Whether each `fit` goes on with the model of the one before. Then a model that was given is trained itself.
        model_kwargs: Dict of arguments for the function `model`.
        fit_kwargs: Dict of arguments for `Model.fit`, such as `epochs`.

    Raises:
        ImportError: scikit-learn is not installed.

    Example:

    >>> def build(X, y, units=8):
    ...     inputs = keras.Input((X.shape[1],))
    ...     hidden = keras.layers.Dense(units, activation="relu")(inputs)
    ...     model = keras.Model(inputs, keras.layers.Dense(y.shape[1], activation="softmax")(hidden))
    ...     model.compile(optimizer="adam", loss="categorical_crossentropy")
    ...     return model
    >>> classifier = keras.wrappers.SKLearnClassifier(build, model_kwargs={"units": 4}, fit_kwargs={"verbose": 0})
    >>> X, y = np.random.rand(20, 3), np.array(["cat", "dog"] * 10)
    >>> str(classifier.fit(X, y, epochs=2).predict(X)[0]) in ("cat", "dog")
    True
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def partial_fit(self, X, y, classes=None, **kwargs):
        """Trains for one epoch on these samples, starting from where the training stands.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.
            y: Labels of shape `(samples,)`, or columns of 0 and 1.
            classes: All labels there are, which the first call must know; by default those in its `y`.
            **kwargs: Arguments of `Model.fit`, instead of those in `fit_kwargs`.

        Returns:
            The estimator itself.

        Raises:
            ValueError: The features are others than before, or there are labels that are no classes.
        """
        return self._fit(X, y, False, {"epochs": 1, **kwargs}, classes=classes)

    def _keep_targets(self, y, classes=None):
        self._targets = sklearn_targets.of_classification(y, classes)
        self.classes_ = self._targets.labels

    def decision_function(self, X):
        """Gives the outputs of the model, after which samples are classified.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.

        Returns:
            Array of shape `(samples, classes)`, also where there are two classes.
        """
        return self._outputs(X)


@keras_export("keras.wrappers.SKLearnRegressor")
class SKLearnRegressor(sklearn.RegressorMixin, Wrapper):
    """A model as a regressor of scikit-learn, for pipelines, searches, cross-validation and the like.

    The model learns one column for each target. After `fit`, `model_` is the trained model and `history_` its history.

    Args:
        model: A compiled model, of which each `fit` trains a copy with new weights; or a function `(X, y, **model_kwargs)` that
            returns one for the data that it gets; `y` has the shape `(samples, targets)`.
        warm_start: Whether each `fit` goes on with the model of the one before. Then a model that was given is trained itself.
        model_kwargs: Dict of arguments for the function `model`.
        fit_kwargs: Dict of arguments for `Model.fit`, such as `epochs`.

    Raises:
        ImportError: scikit-learn is not installed.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> model.compile(optimizer="adam", loss="mean_squared_error")
    >>> regressor = keras.wrappers.SKLearnRegressor(model, fit_kwargs={"epochs": 2, "verbose": 0})
    >>> X, y = np.random.rand(20, 3), np.random.rand(20)
    >>> regressor.fit(X, y).predict(X).shape
    (20,)
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags


@keras_export("keras.wrappers.SKLearnTransformer")
class SKLearnTransformer(sklearn.TransformerMixin, Wrapper):
    """A model as a transformer of scikit-learn, which puts its outputs in the place of the features.

    After `fit`, `model_` is the trained model and `history_` its history.

    Args:
        model: A compiled model, of which each `fit` trains a copy with new weights; or a function `(X, y, **model_kwargs)` that
            returns one for the data that it gets; `y` has the shape `(samples, targets)`.
        warm_start: Whether each `fit` goes on with the model of the one before. Then a model that was given is trained itself.
        model_kwargs: Dict of arguments for the function `model`.
        fit_kwargs: Dict of arguments for `Model.fit`, such as `epochs`.

    In `fit` and `fit_transform` targets may be `None`: then the samples themselves are the targets, as of an autoencoder.

    Raises:
        ImportError: scikit-learn is not installed.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    >>> model.compile(optimizer="adam", loss="mean_squared_error")
    >>> transformer = keras.wrappers.SKLearnTransformer(model, fit_kwargs={"verbose": 0})
    >>> X = np.random.rand(20, 3)
    >>> transformer.fit(X, X).transform(X).shape
    (20, 3)
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _checked(self, X, y, reset):
        if y is None:
            X = sklearn.validate_data(self, X, reset=reset)
            return X, X
        return super()._checked(X, y, reset)

    def fit_transform(self, X, y=None, **fit_params):
        """Fits the model and transforms the same samples.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.
            y: Targets; by default the samples themselves.
            **fit_params: Arguments of `Model.fit`.

        Returns:
            Array, the outputs of the model.
        """
        return self.fit(X, y, **fit_params).transform(X)

    def transform(self, X):
        """Gives the outputs of the model.

        Args:
            X: Array, DataFrame or list of shape `(samples, features)`.

        Returns:
            Array, one row for each sample.
        """
        return self._outputs(X)

"""Models as estimators of scikit-learn: its own checks of estimators, and what users do with them."""

import pickle

import numpy as np
import pytest

import keras
from keras.src import layers, models, optimizers
from keras.src.testing import engine

sklearn = pytest.importorskip("sklearn")
pandas = pytest.importorskip("pandas")

from sklearn.base import clone  # noqa: E402  optional packages come after `importorskip`
from sklearn.metrics import mean_squared_error  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from keras.src.wrappers.sklearn_wrapper import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer  # noqa: E402

pytestmark = pytest.mark.skipif(
    not engine.CAN_DIFFERENTIATE, reason="estimators train; `sklearn_bases_test.py` has what happens without it"
)
QUIET = {"verbose": 0}


class Linear:
    """Builds a model of one layer."""

    def __init__(self, loss="mean_squared_error", activation=None, optimizer="sgd"):
        self.activation = activation
        self.settings = {"loss": loss, "optimizer": optimizer}

    def __call__(self, X, y, learning_rate=None):
        model = models.Sequential([layers.Input((X.shape[1],)), layers.Dense(y.shape[1], activation=self.activation)])
        model.compile(**self.settings)
        if learning_rate is not None:
            model.optimizer.learning_rate = learning_rate
        return model

    def __repr__(self):
        return f"Linear({self.activation})"


SOFTMAX = Linear("categorical_crossentropy", "softmax")

# The checks that Keras 3.15.1 fails under scikit-learn 1.9, and why they cannot hold.
DRAWN = "each fit draws new weights, and an estimator has no `random_state`"
TWO_COLUMNS = "decision_function gives a column for each class, also where there are two; scikit-learn wants one then"
CANNOT_HOLD = {
    "SKLearnClassifier": {
        "check_classifier_data_not_an_array": DRAWN,
        "check_classifiers_classes": TWO_COLUMNS,
        "check_classifiers_one_label_sample_weights": "a network still knows of classes whose samples have no weight",
        "check_classifiers_train": TWO_COLUMNS,
        "check_fit_idempotent": DRAWN,
        "check_supervised_y_2d": DRAWN,
    },
    "SKLearnRegressor": {
        "check_fit_idempotent": DRAWN,
        "check_regressor_data_not_an_array": DRAWN,
        "check_regressors_int": DRAWN,
        "check_supervised_y_2d": DRAWN,
    },
    "SKLearnTransformer": {"check_fit_idempotent": DRAWN},
}


@parametrize_with_checks(
    [
        SKLearnClassifier(SOFTMAX, fit_kwargs=QUIET),
        SKLearnRegressor(Linear(), fit_kwargs=QUIET),
        SKLearnTransformer(Linear(), fit_kwargs=QUIET),
    ],
    expected_failed_checks=lambda estimator: CANNOT_HOLD[type(estimator).__name__],
    xfail_strict=False,  # what is drawn may be right by chance
)
@pytest.mark.filterwarnings("ignore")
def test_checks_of_scikit_learn(estimator, check):
    check(estimator)


def blobs(count=60, labels=("cat", "dog", "eel")):
    """Points around one corner for each label, which a linear model can tell apart."""
    generator = np.random.default_rng(0)
    places = np.arange(count) % len(labels)
    return np.eye(len(labels))[places] * 3 + generator.normal(size=(count, len(labels))) / 10, np.array(labels)[places]


def line(count=40, targets=None):
    X = np.random.default_rng(1).normal(size=(count, 2))
    y = X @ [2.0, -1.0] + 0.5
    return X, y if targets is None else np.stack([y * (i + 1) for i in range(targets)], axis=1)


def fast(loss="categorical_crossentropy", activation="softmax"):
    return Linear(loss, activation, "adam")


def classifier(**options):
    fit_kwargs = {"epochs": 30, "batch_size": 20, **QUIET}
    return SKLearnClassifier(
        **{"model": fast(), "model_kwargs": {"learning_rate": 0.1}, "fit_kwargs": fit_kwargs, **options}
    )


def regressor(**options):
    fit_kwargs = {"epochs": 40, "batch_size": 20, **QUIET}
    model = fast("mean_squared_error", None)
    return SKLearnRegressor(
        **{"model": model, "model_kwargs": {"learning_rate": 0.1}, "fit_kwargs": fit_kwargs, **options}
    )


def compiled_model(**options):
    model = models.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(optimizers.SGD(0.1), loss="mean_squared_error", **options)
    return model


class TestClassifier:
    @pytest.mark.parametrize("labels", [("cat", "dog"), ("cat", "dog", "eel"), (7, 3, 5), (True, False), (0.0, 1.0)])
    def test_learns_labels_of_any_kind(self, labels):
        X, y = blobs(labels=labels)
        fitted = classifier().fit(X, y)
        assert fitted.classes_.tolist() == sorted(labels) and fitted.classes_.dtype == y.dtype
        assert fitted.score(X, y) == 1.0
        scores = fitted.decision_function(X)
        assert scores.shape == (len(X), len(labels))
        assert np.array_equal(fitted.classes_[scores.argmax(axis=1)], y)

    def test_the_builder_gets_a_column_for_each_class(self):
        seen = []

        def build(X, y, learning_rate):
            seen.append((X, y))
            return fast()(X, y, learning_rate)

        X, y = blobs(6)
        classifier(model=build).fit(X, y)
        assert np.array_equal(seen[0][0], X)
        assert np.array_equal(seen[0][1], np.tile(np.eye(3), (2, 1)))

    def test_frames_and_series(self):
        X, y = blobs()
        fitted = classifier().fit(pandas.DataFrame(X, columns=list("abc")), pandas.Series(y))
        assert fitted.feature_names_in_.tolist() == ["a", "b", "c"]
        assert fitted.score(pandas.DataFrame(X, columns=list("abc")), y) == 1.0
        with pytest.raises(ValueError, match="feature names"):
            fitted.predict(pandas.DataFrame(X, columns=list("cab")))

    def test_several_labels_for_a_sample(self):
        X = np.random.default_rng(0).normal(size=(80, 2))
        y = (X > 0).astype("int64")
        fitted = classifier(model=fast("binary_crossentropy", "sigmoid")).fit(X, y, epochs=60)
        assert fitted.predict(X).dtype == y.dtype and (fitted.predict(X) == y).mean() > 0.95

    def test_sample_weights_and_class_weights(self):
        X, y = np.ones((40, 1)), np.array(["no", "yes"] * 20)
        for options in (
            {"sample_weight": np.where(y == "no", 1.0, 0.0)},
            {"sample_weight": pandas.Series(np.where(y == "no", 1.0, 0.0))},
            {"class_weight": {0: 1.0, 1: 0.0}},
        ):
            assert set(classifier().fit(X, y, **options).predict(X)) == {"no"}

    @pytest.mark.parametrize(
        "y, message",
        [
            (["a"] * 6, "only one class is present"),
            (np.arange(6) / 7, "Target type: continuous"),
            (np.arange(12).reshape(6, 2), "Target type: multiclass-multioutput"),
            (None, "requires y to be passed"),
            (["a", "b"], "inconsistent numbers of samples"),
        ],
    )
    def test_targets_that_are_no_classes(self, y, message):
        with pytest.raises(ValueError, match=message):
            classifier().fit(np.ones((6, 2)), y)

    def test_a_model_with_another_number_of_outputs(self):
        def build(X, y, learning_rate):
            model = models.Sequential([layers.Input((X.shape[1],)), layers.Dense(4)])
            model.compile(loss=lambda y_true, y_pred: keras.ops.mean(y_pred, axis=-1))
            return model

        X, y = blobs(6)
        with pytest.raises(ValueError, match=r"3 outputs for each sample, one for each class.*\(6, 4\)"):
            classifier(model=build).fit(X, y).predict(X)


class TestRegressor:
    def test_learns_one_target(self):
        X, y = line()
        fitted = regressor().fit(X, y)
        assert fitted.predict(X).shape == (40,) and fitted.score(X, y) > 0.99

    def test_learns_several_targets(self):
        X, y = line(targets=3)
        fitted = regressor().fit(X, y, epochs=80)
        assert fitted.predict(X).shape == (40, 3) and fitted.score(X, y) > 0.99
        assert regressor().fit(X, pandas.DataFrame(y), epochs=1).predict(X).shape == (40, 3)

    def test_a_column_is_one_target(self):
        X, y = line()
        with pytest.warns(sklearn.exceptions.DataConversionWarning, match="column-vector"):
            assert regressor().fit(X, y[:, None], epochs=1).predict(X).shape == (40,)

    def test_targets_that_are_no_numbers(self):
        for labels in (list("abcd"), np.array(list("abcd"), object)):
            with pytest.raises(ValueError, match="must be numbers"):
                regressor().fit(np.ones((4, 2)), labels)
        assert regressor().fit(np.ones((4, 2)), np.array([1, 2, 3, 4], object)).predict(np.ones((4, 2))).shape == (4,)

    def test_sample_weights(self):
        X, y = np.ones((40, 1)), np.array([1.0, 5.0] * 20)
        fitted = regressor().fit(X, y, sample_weight=np.tile([1.0, 0.0], 20), epochs=100)
        assert np.allclose(fitted.predict(X), 1.0, atol=0.1)


class TestTransformer:
    def estimator(self, width=3, loss="mean_squared_error"):
        def build(X, y):
            model = models.Sequential([layers.Input((X.shape[1],)), layers.Dense(width)])
            model.compile("adam", loss)
            return model

        return SKLearnTransformer(build, fit_kwargs=QUIET)

    def test_outputs_take_the_place_of_the_features(self):
        X, y = line(targets=3)
        fitted = self.estimator().fit(X, y)
        kernel, bias = fitted.model_.get_weights()
        assert np.allclose(fitted.transform(X), X @ kernel + bias, atol=1e-5)
        assert np.allclose(fitted.predict(X), fitted.transform(X))

    def test_one_column_stays_a_column(self):
        X, y = line()
        fitted = self.estimator(width=1).fit(X, y)
        assert fitted.transform(X).shape == (40, 1) and fitted.predict(X).shape == (40,)

    def test_without_targets_the_samples_are_learnt(self):
        X, _ = line()
        assert self.estimator(width=2).fit_transform(X).shape == (40, 2)
        trained = self.estimator(width=2).fit(X, None, epochs=400)
        assert np.abs(trained.transform(X) - X).mean() < np.abs(self.estimator(2).fit_transform(X) - X).mean()

    def test_in_a_pipeline(self):
        X, y = line()
        pipeline = make_pipeline(StandardScaler(), self.estimator(width=1), regressor())
        assert pipeline.fit(X, y).predict(X).shape == (40,)


class TestModels:
    def test_a_model_that_is_given_keeps_its_weights(self):
        X, y = line()
        model = compiled_model()
        before = [w.copy() for w in model.get_weights()]
        fitted = SKLearnRegressor(model, fit_kwargs={"epochs": 3, **QUIET}).fit(X, y)
        assert fitted.model is model and fitted.model_ is not model
        assert fitted.model_.optimizer is not model.optimizer
        assert float(fitted.model_.optimizer.learning_rate) == pytest.approx(0.1)
        assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights()))
        first = fitted.model_.get_weights()[0]
        assert fitted.fit(X, y, epochs=0).model_ and not np.allclose(first, fitted.model_.get_weights()[0])

    def test_arguments_of_fit_come_before_those_that_are_kept(self):
        X, y = line()
        kept = {"epochs": 2, **QUIET}
        estimator = SKLearnRegressor(compiled_model(), fit_kwargs=kept)
        assert estimator.epoch_ == 0
        assert estimator.fit(X, y).epoch_ == 2 and len(estimator.history_.history["loss"]) == 2
        assert estimator.fit(X, y, epochs=3).epoch_ == 3 and estimator.fit_kwargs is kept and kept["epochs"] == 2

    def test_a_warm_start_goes_on_with_the_model(self):
        X, y = line()
        model = compiled_model()
        estimator = SKLearnRegressor(model, warm_start=True, fit_kwargs={"epochs": 2, **QUIET}).fit(X, y)
        assert estimator.model_ is model
        loss = estimator.history_.history["loss"][-1]
        assert estimator.fit(X, y).model_ is model and estimator.epoch_ == 4
        assert estimator.history_.history["loss"][0] < loss
        with pytest.raises(ValueError, match="expecting 2 features"):
            estimator.fit(X[:, :1], y)

    def test_a_warm_start_builds_once(self):
        X, y = blobs()
        estimator = classifier(warm_start=True).fit(X, y, epochs=1)
        first = estimator.model_
        assert estimator.fit(X, y, epochs=1).model_ is first
        with pytest.raises(ValueError, match=r"the labels \['fox'\].* none of the classes \['cat', 'dog', 'eel'\]"):
            estimator.fit(X, np.where(y == "cat", "fox", y))

    def test_partial_fit(self):
        X, y = blobs()
        estimator = classifier(fit_kwargs={"epochs": 5, **QUIET})
        estimator.partial_fit(X[y != "eel"], y[y != "eel"], classes=["cat", "dog", "eel"])
        first = estimator.model_
        for _ in range(30):
            estimator.partial_fit(X, y)
        assert estimator.model_ is first and estimator.epoch_ == 31 and estimator.score(X, y) == 1.0
        with pytest.raises(ValueError, match="none of the classes"):
            estimator.partial_fit(X, np.where(y == "cat", "zoo", y))

    @pytest.mark.parametrize(
        "model, error, message",
        [
            (models.Sequential([layers.Input((2,)), layers.Dense(1)]), RuntimeError, "needs to be compiled"),
            (lambda X, y: models.Sequential([layers.Dense(1)]), RuntimeError, "needs to be compiled"),
            (lambda X, y: None, TypeError, "must return a compiled model. It returned None"),
            (3, TypeError, "a compiled model, or a function"),
        ],
        ids=["uncompiled", "builds-uncompiled", "builds-none", "number"],
    )
    def test_what_is_no_model(self, model, error, message):
        with pytest.raises(error, match=message):
            SKLearnRegressor(model).fit(*line())

    def test_a_model_whose_output_is_a_dict(self):
        inputs = layers.Input((2,))
        model = models.Model(inputs, {"price": layers.Dense(1)(inputs)})
        model.compile(loss={"price": "mean_squared_error"})
        X, y = line()
        with pytest.raises(ValueError, match="must have one output"):
            SKLearnRegressor(model, fit_kwargs=QUIET).fit(X, y).predict(X)

    def test_predictions_are_as_quiet_as_training(self, capsys):
        X, y = line()
        SKLearnRegressor(compiled_model(), fit_kwargs=QUIET).fit(X, y).predict(X)
        assert capsys.readouterr().out == ""


class TestWithTheRestOfScikitLearn:
    def test_clones_are_unfitted_and_share_a_model(self):
        model = compiled_model()
        estimator = SKLearnRegressor(model, fit_kwargs=QUIET).fit(*line())
        twin = clone(estimator)
        assert twin.model is model and not hasattr(twin, "model_")
        assert twin.fit_kwargs == QUIET and twin.fit_kwargs is not estimator.fit_kwargs
        assert estimator.model is model and hasattr(estimator, "model_")
        # One that is trained itself must not be trained by clones.
        assert clone(SKLearnRegressor(model, warm_start=True)).model is not model

    def test_grid_search(self):
        X, y = blobs()
        grid = {"model_kwargs": [{"learning_rate": 1e-6}, {"learning_rate": 0.1}]}
        search = GridSearchCV(classifier(), grid, cv=2).fit(X, y)
        assert search.best_params_ == {"model_kwargs": {"learning_rate": 0.1}} and search.best_score_ == 1.0
        assert search.score(X, y) == 1.0

    def test_cross_validation_and_pipelines(self):
        X, y = blobs()
        pipeline = make_pipeline(StandardScaler(), classifier())
        assert cross_val_score(pipeline, X * 1000, y, cv=2).tolist() == [1.0, 1.0]
        pipeline.fit(X, y, sklearnclassifier__epochs=2)
        assert pipeline[-1].epoch_ == 2

    def test_pickles(self):
        X, y = blobs()
        fitted = make_pipeline(StandardScaler(), classifier(model=compiled_by_name)).fit(X, y)
        loaded = pickle.loads(pickle.dumps(fitted))
        assert np.allclose(loaded.decision_function(X), fitted.decision_function(X), atol=1e-6)
        assert loaded.predict(X).tolist() == y.tolist() and loaded[-1].epoch_ == 30
        assert loaded[-1].history_.history == fitted[-1].history_.history

    def test_requests_of_metadata(self):
        with pytest.raises(RuntimeError, match="enable_metadata_routing"):
            regressor().set_fit_request(sample_weight=True)
        X, y = line()
        weights = np.where(X[:, 0] > 0, 1.0, 0.0)
        with sklearn.config_context(enable_metadata_routing=True):
            estimator = regressor().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
            pipeline = make_pipeline(estimator).fit(X, np.where(weights, y, 100.0), sample_weight=weights)
        kept = weights > 0
        assert mean_squared_error(y[kept], pipeline.predict(X[kept])) < 0.5


def compiled_by_name(X, y, learning_rate):
    return fast()(X, y, learning_rate)

"""What stands in a model, and how models are used."""

import numpy as np

import keras
from keras.src import backend

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def model_with(layer=None, optimizer="sgd", loss="mse", metrics=None, **compiled):
    dense = keras.layers.Dense(3) if layer is None else layer
    model = keras.Sequential([keras.Input((4,)), dense, keras.layers.Dense(1)])
    model.compile(optimizer, loss, metrics=metrics, **compiled)
    return model


def fit(model, tmp_path, **options):
    model.fit(X, Y, batch_size=4, verbose=0, **options)


def evaluate(model, tmp_path, **options):
    model.evaluate(X, Y, batch_size=4, verbose=0, **options)


def predict(model, tmp_path, **options):
    model.predict(X, batch_size=4, verbose=0, **options)


def reload(model, tmp_path):
    (fit if backend.CAN_TRAIN else predict)(model, tmp_path)
    model.save(tmp_path / "model.keras")
    with keras.saving.CustomObjectScope({c.__name__: c for c in SAVED}):
        keras.models.load_model(tmp_path / "model.keras")


def build(model, tmp_path):
    """Nothing more: making the model is the use."""


def summarize(model, tmp_path):
    model.summary(print_fn=lambda text: None)


def load_weights(model, tmp_path):
    predict(model, tmp_path)
    model.save_weights(tmp_path / "model.weights.h5")
    model.load_weights(tmp_path / "model.weights.h5")


SAVED = []


def in_optimizer(**arguments):
    arguments = {"momentum": 0.9, "use_ema": True, "loss_scale_factor": 2.0, **arguments}
    return lambda cls: model_with(optimizer=cls(**arguments))


class Scale(keras.layers.Layer):
    """A layer of a user: its own weights, a loss, a mask."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
        self.offset = self.add_variable((input_shape[-1],), "zeros", name="offset")
        self.built = True

    def call(self, x):
        self.add_loss(keras.ops.mean(x))
        return x * self.factor + self.offset


class Total(keras.metrics.Metric):
    """A metric of a user, whose result is a variable."""

    def __init__(self, name="total", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(keras.ops.sum(y_pred))
        self.count.assign_add(1.0)

    def result(self):
        return self.total


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return X[rows], Y[rows]


class OwnModel(keras.Model):
    """A model of a user."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)


def masked(cls):
    """A layer between two others through which a mask passes."""
    inputs = keras.Input((2, 4))
    x = cls()(keras.layers.Masking()(inputs))
    return keras.Model(inputs, keras.layers.GlobalAveragePooling1D()(x))


def compiled(model):
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def with_callback(cls):
    model = model_with()
    model.watched = {"callbacks": [cls()]}
    return model


def fit_watched(model, tmp_path):
    fit(model, tmp_path, validation_data=(X, Y), **model.watched)


def predict_watched(model, tmp_path):
    predict(model, tmp_path, **model.watched)


def fit_on_batches(pair, tmp_path):
    model, batches = pair
    model.fit(batches, epochs=2, verbose=0)


def rematerialized(cls):
    with keras.RematScope(mode="full"):
        return model_with(layer=cls(3))


def predict_in_remat_scope(model, tmp_path):
    with keras.RematScope(mode="full"):
        predict(model, tmp_path)


def double(cls):
    """A model of an operation of a user, which is no layer."""
    inputs = keras.Input((4,))
    return compiled(keras.Model(inputs, keras.layers.Dense(1)(cls()(inputs))))


class Double(keras.Operation):
    def __init__(self, name=None):
        super().__init__(name=name)

    def call(self, x):
        return x * 2

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


def transform(layer, tmp_path):
    size, boxes = (2, 6, 6, 3), {"boxes": np.ones((2, 1, 4), "float32"), "labels": np.ones((2, 1), "int32")}
    images = np.ones(size, "float32")
    layer({"images": images, "labels": np.ones(2), "segmentation_masks": images[..., :1], "bounding_boxes": boxes})


def transform_one(layer, tmp_path):
    data = {"images": np.ones((6, 6, 3), "float32"), "labels": np.ones(()), "segmentation_masks": np.ones((6, 6, 1))}
    boxes = {"boxes": np.ones((1, 4), "float32"), "labels": np.ones((1,), "int32")}
    layer({**data, "bounding_boxes": boxes})


def recurrent(make):
    def place(cls):
        inputs = keras.Input((4, 1))
        model = keras.Model(inputs, keras.layers.Dense(1)(make(cls)(inputs)))
        model.compile("sgd", "mse")
        return model

    return place


def convolved(cls):
    inputs = keras.Input((4, 1))
    return keras.Model(inputs, cls(2, 3)(inputs))


def under_watch(make):
    def place(cls):
        model = model_with()
        model.watched = {"callbacks": [make(cls)]}
        return model

    return place


def call_in_training(model, tmp_path):
    model(X[..., None], training=True)


def adapt(model, tmp_path):
    model.layers[0].adapt(X)


def listen(layer, tmp_path):
    layer(np.ones((1, 256), "float32"))


def add_points(metric, tmp_path):
    metric.update_state([0, 1, 1], [0.1, 0.4, 0.9])
    metric.result()

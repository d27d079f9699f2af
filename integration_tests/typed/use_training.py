"""Losses, metrics, optimizers, schedules, callbacks and `fit`, as programs use them."""

import numpy as np

import keras
from keras import callbacks, layers, losses, metrics, optimizers


class Printer(callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(epoch, (logs or {}).get("loss"), self.model)


class Weighted(losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1) * 2.0


class Error(metrics.Metric):
    def __init__(self, name="error", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(keras.ops.sum(keras.ops.abs(y_true - y_pred)))

    def result(self):
        return keras.ops.convert_to_tensor(self.total)


def train():
    x, y = np.random.rand(32, 4), np.random.rand(32, 1)
    schedule = optimizers.schedules.ExponentialDecay(1e-2, decay_steps=10, decay_rate=0.9, staircase=True)
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile(optimizers.Adam(schedule, beta_1=0.8, clipnorm=1), loss=Weighted(), metrics=[Error(), "mae"])
    stop = callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
    reduce = callbacks.ReduceLROnPlateau("loss", factor=0.5, min_lr=0)
    history = model.fit(
        x, y, batch_size=8, epochs=2, verbose=0, callbacks=[stop, reduce, Printer()], validation_split=0.25
    )
    print(history.history["loss"][-1], history.epoch, model.evaluate(x, y, verbose=0, return_dict=True))
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"], jit_compile=False)
    model.fit(x, y, verbose="auto", class_weight=None, shuffle=True)
    print(model.train_on_batch(x, y), model.test_on_batch(x, y), model.predict_on_batch(x).shape)
    model.compile(loss={"out": losses.Huber(delta=2)}, optimizer=optimizers.SGD(0.1, momentum=0.9, nesterov=True))


print(float(losses.MeanSquaredError()([[1.0]], [[0.0]])), losses.CategoricalCrossentropy(from_logits=True, axis=-1))
print(losses.BinaryCrossentropy(label_smoothing=0.1, reduction="sum")(np.ones((2, 1)), np.zeros((2, 1))))
print(
    losses.get("mse"),
    losses.mean_absolute_error([1.0], [0.0]),
    losses.sparse_categorical_crossentropy([0], [[0.1, 0.9]]),
)
accuracy = metrics.SparseCategoricalAccuracy(name="acc")
accuracy.update_state([0, 1], [[0.9, 0.1], [0.2, 0.8]], sample_weight=[1.0, 0.5])
print(float(accuracy.result()), accuracy([0], [[0.1, 0.9]]), metrics.AUC(num_thresholds=20, curve="PR", name="auc"))
accuracy.reset_state()
print(
    metrics.Mean()([1, 2]),
    metrics.MeanIoU(num_classes=2),
    metrics.F1Score(threshold=0.5),
    metrics.TopKCategoricalAccuracy(k=2),
)
adam = optimizers.AdamW(learning_rate=1e-3, weight_decay=4e-3)
adam.build([keras.Variable(np.ones(2), name="v")])
print(adam.learning_rate, adam.variables, optimizers.get("rmsprop"), optimizers.serialize(adam), adam.iterations)
cosine = optimizers.schedules.CosineDecay(0.1, 100, alpha=0.01, warmup_target=0.2, warmup_steps=10)
print(cosine(5), optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2, 0.3])(1))
print(optimizers.Lion(), optimizers.Muon(1e-3), optimizers.Adafactor(), optimizers.LossScaleOptimizer(adam))
print(callbacks.ModelCheckpoint("m.keras", monitor="val_loss", save_best_only=True, mode="min", save_freq="epoch"))
print(callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9, verbose=1), callbacks.CSVLogger("log.csv"))
print(callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch)), callbacks.TerminateOnNaN())

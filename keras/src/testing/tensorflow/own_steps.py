"""Steps of one's own on this engine, as users write them, for the tests of training."""

import tensorflow as tf

import keras


class OwnTrainStep(keras.Model):
    """Trains by the compiled loss and metrics, in a step written out."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return self.get_metrics_result()


class OwnMetrics(keras.Model):
    """Keeps its metrics itself, and computes a loss of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.tracker = keras.metrics.Mean(name="own_loss")

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self(x, training=True)) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.tracker.update_state(loss)
        return {"own_loss": self.tracker.result()}


class OwnTestStep(keras.Model):
    """Evaluates by a step of its own."""

    def test_step(self, data):
        x, y = data
        return {"doubled": 2 * tf.reduce_mean(tf.abs(self(x, training=False) - y))}

    def predict_step(self, data):
        return super().predict_step(data) + 1


class Wrapping(keras.Model):
    """Trains a model that it holds, as the networks of a GAN are held; it has no `call`."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.built = True

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self.inner(x)) ** 2)
        weights = self.inner.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"d_loss": loss}

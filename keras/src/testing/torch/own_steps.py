"""Steps of one's own on this engine, as users write them, for the tests of training."""

import torch

import keras


class OwnTrainStep(keras.Model):
    """Trains by the compiled loss and metrics, in a step written out."""

    def train_step(self, data):
        x, y = data
        self.zero_grad()
        y_pred = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        loss.backward()
        weights = list(self.trainable_weights)
        gradients = [weight.value.grad for weight in weights]
        with torch.no_grad():
            self.optimizer.apply(gradients, weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {name: value for name, value in self.get_metrics_result().items()}


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
        self.zero_grad()
        loss = ((y - self(x, training=True)) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            self.optimizer.apply([weight.value.grad for weight in self.trainable_weights], self.trainable_weights)
        self.tracker.update_state(loss)
        return {"own_loss": self.tracker.result()}


class OwnTestStep(keras.Model):
    """Evaluates by a step of its own."""

    def test_step(self, data):
        x, y = data
        return {"doubled": 2 * (self(x, training=False) - y).abs().mean()}

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
        self.zero_grad()
        loss = ((y - self.inner(x)) ** 2).mean()
        loss.backward()
        weights = self.inner.trainable_weights
        with torch.no_grad():
            self.optimizer.apply([weight.value.grad for weight in weights], weights)
        return {"d_loss": loss}

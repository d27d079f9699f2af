"""Steps of one's own on this engine, as users write them, for the tests of training."""

import jax

import keras


class OwnTrainStep(keras.Model):
    """Trains by the compiled loss and metrics, in a step written out."""

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_variables, metrics_variables = state
        x, y = data
        loss_and_gradients = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, aux), gradients = loss_and_gradients(
            trainable, non_trainable, metrics_variables, x, y, None, training=True
        )
        _, y_pred, non_trainable, metrics_variables = aux
        trainable, optimizer_variables = self.optimizer.stateless_apply(optimizer_variables, gradients, trainable)
        logs, new_metrics = {}, []
        for metric in self.metrics:
            own = metrics_variables[len(new_metrics) : len(new_metrics) + len(metric.variables)]
            arguments = (loss,) if metric.name == "loss" else (y, y_pred)
            own = metric.stateless_update_state(own, *arguments)
            result = metric.stateless_result(own)
            logs.update(result if isinstance(result, dict) else {metric.name: result})
            new_metrics += own
        return logs, (trainable, non_trainable, optimizer_variables, new_metrics)


class OwnMetrics(keras.Model):
    """Keeps its metrics itself, and computes a loss of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.tracker = keras.metrics.Mean(name="own_loss")

    @property
    def metrics(self):
        return [self.tracker]

    def loss_and_updates(self, trainable, non_trainable, x, y):
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
        return keras.ops.mean((keras.ops.convert_to_tensor(y) - y_pred) ** 2), non_trainable

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_variables, metrics_variables = state
        x, y = data
        step = jax.value_and_grad(self.loss_and_updates, has_aux=True)
        (loss, non_trainable), gradients = step(trainable, non_trainable, x, y)
        trainable, optimizer_variables = self.optimizer.stateless_apply(optimizer_variables, gradients, trainable)
        metrics_variables = self.tracker.stateless_update_state(metrics_variables, loss)
        logs = {"own_loss": self.tracker.stateless_result(metrics_variables)}
        return logs, (trainable, non_trainable, optimizer_variables, metrics_variables)


class OwnTestStep(keras.Model):
    """Evaluates by a step of its own."""

    def test_step(self, state, data):
        trainable, non_trainable, metrics_variables = state
        x, y = data
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=False)
        return {"doubled": 2 * keras.ops.mean(abs(y_pred - y))}, (trainable, non_trainable, metrics_variables)

    def predict_step(self, state, data):
        outputs, non_trainable = super().predict_step(state, data)
        return outputs + 1, non_trainable


class Wrapping(keras.Model):
    """Trains a model that it holds, as the networks of a GAN are held; it has no `call`."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.built = True

    def loss_of(self, trainable, x, y):
        y_pred, _ = self.inner.stateless_call(trainable, [], x)
        return keras.ops.mean((keras.ops.convert_to_tensor(y) - y_pred) ** 2)

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_variables, metrics_variables = state
        loss, gradients = jax.value_and_grad(self.loss_of)(trainable, *data)
        trainable, optimizer_variables = self.optimizer.stateless_apply(optimizer_variables, gradients, trainable)
        return {"d_loss": loss}, (trainable, non_trainable, optimizer_variables, metrics_variables)

"""Training steps of one's own: the same source on JAX, TensorFlow and PyTorch.

    KERAS_BACKEND=jax python examples/custom_train_step.py

Two models are trained by `fit`, which compiles their steps as it does with its own:

* a classifier whose step is written out with `keras.ops.value_and_grad`, and which learns on inputs that were moved
  against it along the gradient (adversarial training: a gradient with respect to the inputs, and one with respect to the
  weights);
* a generative adversarial network with two optimizers and a gradient penalty: the critic's loss contains the gradient
  of the critic, so that its own gradient is of second order.
"""

import argparse

import numpy as np

import keras
from keras import layers, ops


class RobustClassifier(keras.Model):
    """Learns on the inputs and on the worst inputs within a small distance.

    Args:
        classes: Number of classes.
        distance: How far an input is moved.
    """

    def __init__(self, classes, distance=0.1):
        super().__init__()
        self.distance = distance
        self.hidden = layers.Dense(32, activation="relu")
        self.norm = layers.BatchNormalization()
        self.dropout = layers.Dropout(0.1)
        self.logits = layers.Dense(classes)

    def call(self, x, training=False):
        x = self.norm(self.hidden(x), training=training)
        return self.logits(self.dropout(x, training=training))

    def train_step(self, data):
        x, y = data

        def loss_on(x):
            y_pred = self(x, training=True)
            return self.compute_loss(x=x, y=y, y_pred=y_pred), y_pred

        uphill, _ = ops.grad(loss_on, has_aux=True)(x)
        moved = x + self.distance * ops.sign(uphill)
        variables = self.trainable_variables
        (loss, y_pred), gradients = ops.value_and_grad(loss_on, has_aux=True, variables=variables)(moved)
        self.optimizer.apply(gradients, variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=ops.shape(x)[0])
            else:
                metric.update_state(y, y_pred)
        return self.get_metrics_result()


class PenalizedGAN(keras.Model):
    """A Wasserstein GAN: the critic's slope is held near 1 between real and generated points.

    Args:
        size: Size of a point.
        noise: Size of the noise that a point is made of.
        penalty: Factor of the penalty on slopes.
    """

    def __init__(self, size, noise=4, penalty=10.0):
        super().__init__()
        self.noise = noise
        self.penalty = penalty
        self.generator = keras.Sequential([keras.Input((noise,)), layers.Dense(32, "relu"), layers.Dense(size)])
        self.critic = keras.Sequential([keras.Input((size,)), layers.Dense(32, "leaky_relu"), layers.Dense(1)])
        self.seeds = keras.random.SeedGenerator(7)

    def call(self, noise):
        return self.generator(noise)

    def compile(self, generator_optimizer, critic_optimizer):  # pyright: ignore[reportIncompatibleMethodOverride]
        super().compile(optimizer=None)
        self.generator_optimizer = generator_optimizer
        self.critic_optimizer = critic_optimizer

    def train_step(self, real):
        count = ops.shape(real)[0]
        noise = keras.random.normal((count, self.noise), seed=self.seeds)
        mix = keras.random.uniform((count, 1), seed=self.seeds)

        def critic_loss():
            generated = ops.stop_gradient(self.generator(noise))
            between = mix * real + (1 - mix) * generated
            slopes = ops.grad(lambda points: ops.sum(self.critic(points)))(between)
            off = ops.mean((ops.norm(slopes, axis=-1) - 1.0) ** 2)
            return ops.mean(self.critic(generated)) - ops.mean(self.critic(real)) + self.penalty * off

        def generator_loss():
            return -ops.mean(self.critic(self.generator(noise)))

        losses = {}
        for name, loss, network, optimizer in (
            ("critic_loss", critic_loss, self.critic, self.critic_optimizer),
            ("generator_loss", generator_loss, self.generator, self.generator_optimizer),
        ):
            variables = network.trainable_variables
            losses[name], gradients = ops.value_and_grad(loss, variables=variables)()
            optimizer.apply(gradients, variables)
        return losses


def clusters(samples, classes, seed=0):
    """Points around a center for each class: `(points, labels)`."""
    generator = np.random.default_rng(seed)
    centers = 2 * generator.normal(size=(classes, 8))
    labels = generator.integers(0, classes, samples)
    return (centers[labels] + 0.5 * generator.normal(size=(samples, 8))).astype("float32"), labels


def ring(samples, seed=0):
    """Points near a circle of radius 2 in the plane."""
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, (samples, 1))
    return (2 * np.concatenate([np.cos(angles), np.sin(angles)], axis=1)).astype("float32")


def train_classifier(samples, epochs):
    x, y = clusters(samples, classes=4)
    model = RobustClassifier(classes=4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=2, validation_split=0.2)
    return model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"]


def train_gan(samples, epochs):
    model = PenalizedGAN(size=2)
    model.compile(keras.optimizers.Adam(2e-3, beta_1=0.5), keras.optimizers.Adam(2e-3, beta_1=0.5))
    model.fit(ring(samples), epochs=epochs, batch_size=32, verbose=2)
    points = model.predict(np.random.default_rng(1).normal(size=(256, model.noise)), verbose=0)
    return np.linalg.norm(points, axis=1).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    accuracy = train_classifier(arguments.samples, arguments.epochs)
    radius = train_gan(arguments.samples, 2 * arguments.epochs)
    print(f"{keras.backend.backend()}: accuracy {accuracy:.3f}; generated points at a radius of {radius:.2f} (real: 2)")


if __name__ == "__main__":
    main()

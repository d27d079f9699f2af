"""`keras.layers`, `keras.models` and subclasses, as programs use them."""

from typing import Any

import numpy as np

import keras
from keras import layers, models, ops


class Scaled(layers.Layer):
    def __init__(self, units=3, rate: float = 0.1, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dropout = layers.Dropout(rate)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.scale = self.add_weight(shape=(), initializer=keras.initializers.Ones(), trainable=False)
        self.built = True

    def call(self, inputs, training=None):
        return self.dropout(ops.matmul(inputs, self.kernel) * self.scale, training=training)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


class Classifier(keras.Model):
    def __init__(self):
        super().__init__(name="classifier")
        self.hidden = layers.Dense(4, activation=keras.activations.relu, kernel_regularizer=keras.regularizers.L2(0.1))
        self.out = layers.Dense(2, "softmax", kernel_constraint="max_norm", dtype="float32")

    def call(self, inputs):
        return self.out(self.hidden(inputs))


image = keras.Input(shape=(16, 16, 3), name="image", dtype="float32")
x = layers.Rescaling(1 / 255)(image)
x = layers.Conv2D(4, 3, strides=(2, 2), padding="same", activation="relu", kernel_initializer="he_normal")(x)
x = layers.BatchNormalization(axis=-1, momentum=0.9)(x)
x = layers.MaxPooling2D()(x)
x = layers.SeparableConv2D(4, (3, 3), padding="same")(x)
x = layers.Add()([x, layers.Activation("tanh")(x)])
x = layers.Concatenate(axis=-1)([x, x])
x = layers.GlobalAveragePooling2D()(x)
y = layers.Dense(2, name="out")(Scaled(5)(x))
model = keras.Model(inputs=image, outputs={"y": y}, name="functional")
print(model.summary(), model.get_layer("out").name, model.count_params(), len(model.layers), model.output_shape)
print(model.predict(np.zeros((2, 16, 16, 3)), verbose=0)["y"], model(np.zeros((1, 16, 16, 3)), training=False))

tokens = layers.Input((7,), dtype="int32")
h = layers.Embedding(10, 8, mask_zero=True)(tokens)
h = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.1))(h)
h = layers.MultiHeadAttention(num_heads=2, key_dim=4)(h, h)
h = layers.LayerNormalization(epsilon=1e-5)(layers.TimeDistributed(layers.Dense(4))(h))
h = layers.Flatten()(layers.Permute((2, 1))(layers.Reshape((7, 4))(h)))
text = models.Model(tokens, h)
print(text.weights[0].shape, text.trainable_variables, text.non_trainable_weights, text.inputs, text.get_config())

stack = models.Sequential([layers.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.1), Scaled()])
stack.add(layers.Dense(1))
stack.pop()
copy = models.clone_model(stack)
copy.set_weights(stack.get_weights())
whole: keras.Model = stack
layer: keras.Layer = stack.layers[0]
print(whole.name, layer.trainable, Classifier()(np.ones((2, 3))).shape, isinstance(stack, keras.Model))
for variable in stack.trainable_variables:
    variable.assign(ops.zeros_like(variable))
print([w.path for w in stack.weights])

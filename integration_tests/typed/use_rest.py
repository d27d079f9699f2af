"""Every other public package, as programs use them."""

import tempfile

import numpy as np

import keras
from keras import (
    activations,
    backend,
    config,
    constraints,
    dtype_policies,
    initializers,
    random,
    regularizers,
    saving,
    tree,
    utils,
)

seed = random.SeedGenerator(seed=1)
print(random.normal((2, 3), mean=1, stddev=0.5, dtype="float32", seed=seed), random.uniform([2], 0, 10, seed=1))
print(random.randint((2,), 0, 5), random.shuffle(np.arange(5), axis=0), random.dropout(np.ones(4), rate=0.5, seed=3))
print(random.categorical(np.zeros((2, 3)), num_samples=2), random.truncated_normal((2,)), random.gamma((2,), 0.5))

print(initializers.GlorotUniform(seed=1)((2, 3)), initializers.Constant(2)((2,), dtype="int32"))
print(initializers.RandomNormal(mean=0, stddev=1, seed=seed)(shape=(2,)), initializers.get("zeros"))
print(initializers.VarianceScaling(scale=2, mode="fan_out", distribution="uniform"), initializers.Orthogonal(gain=1))
print(regularizers.L1(0.1)(np.ones(2)), regularizers.L1L2(l1=1e-3, l2=1), regularizers.get("l2"))
print(
    constraints.MaxNorm(max_value=2, axis=[0, 1])(np.ones((2, 2))), constraints.NonNeg(), constraints.get("unit_norm")
)
print(activations.relu(np.ones(2), negative_slope=0.1, max_value=6), activations.softmax(np.ones((1, 2)), axis=-1))
print(activations.get("gelu"), activations.serialize(activations.elu), activations.leaky_relu([1.0], negative_slope=0))

config.set_floatx("float32")
config.set_epsilon(1e-7)
config.set_image_data_format("channels_last")
print(config.backend(), config.floatx(), config.epsilon() * 2, config.dtype_policy().name, backend.backend().upper())
print(backend.result_type("int32", float), backend.is_float_dtype("float16"), backend.standardize_dtype("float32"))
policy = dtype_policies.DTypePolicy("mixed_bfloat16")
print(policy.compute_dtype, policy.variable_dtype, keras.mixed_precision.dtype_policy(), keras.__version__.split("."))

nested = {"a": [np.ones(2), np.zeros(2)], "b": (1, None)}
print(
    tree.flatten(nested),
    tree.map_structure(lambda v: v, nested),
    tree.is_nested(nested),
    tree.traverse(lambda v: v, [1]),
)
print(utils.to_categorical([0, 1], num_classes=3), utils.normalize(np.ones((2, 2)), axis=-1, order=2))
utils.set_random_seed(3)
bar = utils.Progbar(target=3, verbose=0, unit_name="step", stateful_metrics=["loss"])
bar.update(1, values=[("loss", 0.5)], finalize=False)


class Batches(utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return np.ones((2, 3)), np.ones((2, 1))


@saving.register_keras_serializable(package="typed", name="double")
def double(x):
    return x * 2


model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1, activation=double)])
with tempfile.TemporaryDirectory() as folder:
    model.save(f"{folder}/m.keras", overwrite=True)
    loaded = saving.load_model(f"{folder}/m.keras", custom_objects={"double": double}, compile=False, safe_mode=True)
    model.save_weights(f"{folder}/m.weights.h5")
    model.load_weights(f"{folder}/m.weights.h5", skip_mismatch=False)
    print(loaded.predict(Batches(workers=1), verbose=0), keras.models.load_model(f"{folder}/m.keras").summary())
variable = keras.Variable(np.zeros(2), trainable=False, dtype="float32", name="counts", aggregation="sum")
variable.assign(variable + 1)
print(
    variable.numpy() + 1, variable.shape, variable.dtype, variable.path, keras.KerasTensor((2, 3), dtype="int32").shape
)
with keras.name_scope("outer"), keras.StatelessScope() as scope:
    print(scope.get_current_value(variable), saving.get_registered_name(double), saving.get_registered_object("none"))

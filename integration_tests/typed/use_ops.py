"""`keras.ops` and the packages below it, as programs use them."""

import numpy as np

import keras
from keras import ops

x = ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0]])
y = ops.cast(np.ones((2, 2)), "float32")
print(x + y, 2.0 * x, -x, x @ y, x[0, 1], len(ops.shape(x)))
print(ops.sum(x, axis=-1).shape, ops.mean(x, axis=(0, 1), keepdims=True), ops.max([1, 2, 3]), ops.any(x > 2))
print(ops.reshape(x, (4,)), ops.reshape(x, [-1]), ops.zeros(3), ops.ones((2, 3), dtype="int32"), ops.arange(5))
first, second = ops.split(x, 2, axis=0)
print(first.shape, second.dtype, ops.concatenate([first, second], axis=0), ops.stack((x, y)))
values, indices = ops.top_k(x, k=1)
print(values, indices, float(ops.sum(x)), int(ops.argmax(x)), ops.where(x > 2, x, 0.0), ops.pad(x, ((0, 0), (1, 1))))
rows, columns = ops.nonzero(x)
print(rows, columns, ops.take(x, [0, 1], axis=0), ops.clip(x, 0, 3), ops.einsum("ij,jk->ik", x, y))
print(ops.cond(ops.array(True), lambda: x, lambda: y), ops.while_loop(lambda i: i < 3, lambda i: i + 1, [0]))
print(ops.fori_loop(0, 3, lambda i, v: v + i, 0), ops.vectorized_map(lambda row: row * 2, x), ops.unstack(x)[0])
print(ops.scatter_update(x, [[0, 0]], [9.0]), ops.slice(x, [0, 0], [1, 2]), ops.is_tensor(x), ops.dtype(x))

print(ops.numpy.add(x, 1), ops.numpy.quantile(x, 0.5), ops.numpy.linspace(0, 1, 5), ops.numpy.histogram(x, bins=3)[0])
print(ops.numpy.transpose(x, [1, 0]), ops.numpy.expand_dims(x, 0), ops.numpy.tile(x, 2), ops.numpy.roll(x, 1, axis=0))

print(ops.nn.relu(x), ops.nn.softmax(x, axis=-1), ops.nn.one_hot([0, 1], 3), ops.nn.gelu(x, approximate=False))
images = ops.ones((1, 8, 8, 3))
print(ops.nn.conv(images, np.ones((3, 3, 3, 4)), strides=2, padding="same", data_format="channels_last").shape)
print(ops.nn.max_pool(images, pool_size=(2, 2), strides=2), ops.nn.average_pool(images, 2, data_format="channels_last"))
mean, variance = ops.nn.moments(x, axes=[0])
print(ops.nn.batch_normalization(x, mean, variance, axis=-1), ops.nn.sparse_categorical_crossentropy([0, 1], x))
print(ops.nn.binary_crossentropy(y, ops.sigmoid(x)), ops.nn.layer_normalization(x), ops.nn.normalize(x, order=2))

print(ops.image.resize(images, (4, 4), interpolation="bilinear", data_format="channels_last").shape)
print(ops.image.rgb_to_grayscale(images, data_format="channels_last").shape, ops.image.pad_images(images, 1, 1, 1, 1))
print(ops.image.extract_patches(images, size=(2, 2), strides=2), ops.image.crop_images(images, 1, 1, 1, 1))

q, r = ops.linalg.qr(x)
print(q @ r, ops.linalg.inv(x), ops.linalg.norm(x, axis=-1), ops.linalg.det(x), ops.linalg.solve(x, y))
u, s, vh = ops.linalg.svd(x)
print(u, s, vh, ops.linalg.cholesky(ops.eye(2)), ops.linalg.eigh(ops.eye(2))[0], ops.linalg.lstsq(x, y))
real, imaginary = ops.fft((x, ops.zeros_like(x)))
print(real, imaginary, ops.segment_sum(x, [0, 0], num_segments=1), ops.logsumexp(x), ops.erf(x), ops.rsqrt(x))

symbolic = keras.Input((2,))
print(ops.matmul(symbolic, x).shape, ops.sum(symbolic, axis=1), symbolic * 2, ops.relu(symbolic) + 1)
variable = keras.Variable(x)
print(ops.add(variable, 1.0), ops.sqrt(variable), variable + 1.0, ops.matmul(variable, [[1.0], [2.0]]))

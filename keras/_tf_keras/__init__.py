"""Where TensorFlow looks for what `tf.keras` stands for."""

from keras._lazy import attach

attach(globals(), {}, packages=("keras",))

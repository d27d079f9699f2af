"""Functions of `tf.keras.backend`, written in the ops of today, which new code should call. They run on every engine."""

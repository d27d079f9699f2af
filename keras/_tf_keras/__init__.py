"""Where TensorFlow looks for what `tf.keras` stands for."""

"""What Keras 2 had for pictures, texts and series, and `tf.keras.preprocessing` still has."""

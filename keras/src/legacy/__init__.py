"""What Keras 2 did another way, for libraries that still do."""

"""Configs as Keras 2 wrote them."""

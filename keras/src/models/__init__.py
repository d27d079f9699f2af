"""Models: layers put together, to be trained and saved."""

from keras.src.models.cloning import clone_model
from keras.src.models.functional import Functional
from keras.src.models.model import Model, model_from_json
from keras.src.models.sequential import Sequential

__all__ = ["Functional", "Model", "Sequential", "clone_model", "model_from_json"]

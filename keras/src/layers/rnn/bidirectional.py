"""`Bidirectional`: a sequence read from both ends."""

from keras.src import ops, tree
from keras.src.api_export import keras_export
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.saving import serialization_lib

_MERGERS = {
    "sum": ops.add,
    "mul": ops.multiply,
    "ave": lambda x, y: ops.divide(ops.add(x, y), 2),
    "concat": lambda x, y: ops.concatenate([x, y], axis=-1),
}
_SHARED = ("stateful", "return_sequences", "return_state")


@keras_export("keras.layers.Bidirectional")
class Bidirectional(Layer):
    """Runs a recurrent layer over the sequence, another one like it from the end, and merges their outputs.

    Args:
        layer: A `keras.layers.RNN`, such as an `LSTM`, or another layer with `go_backwards`, `return_sequences`,
            `return_state` and `stateful`. A copy of it is made, `forward_layer`.
        merge_mode: How outputs are merged: `"concat"`, `"sum"`, `"mul"`, `"ave"`, or `None` for a tuple of the two.
        weights: Not used; kept for older code.
        backward_layer: The layer that begins at the end; by default a copy of `layer` with `go_backwards` the other way.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: What the layer takes; `initial_state` holds the states of the forward layer, then those of the backward layer.
        Outputs: the merged outputs, in order of time; with `return_state` a tuple of them, the states of the forward
        layer, and those of the backward layer.

    Example:

    >>> layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    >>> layer(keras.ops.ones((2, 5, 3))).shape
    (2, 5, 8)

    Reference:

    - [Schuster and Paliwal, 1997](https://doi.org/10.1109/78.650093)
    """

    _masks_come_from_masks = True
    _layers_in_config = ("forward_layer", "backward_layer")

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        _check_layer("layer", layer)
        if backward_layer is not None:
            _check_layer("backward_layer", backward_layer)
        if merge_mode is not None and merge_mode not in _MERGERS:
            raise ValueError(f"`merge_mode` must be one of {(*_MERGERS, None)}. Received: merge_mode={merge_mode!r}")
        super().__init__(**kwargs)
        self.forward_layer = _renamed(layer, "forward_", layer.go_backwards)
        if backward_layer is None:
            backward_layer = _renamed(layer, "backward_", not layer.go_backwards)
        self.backward_layer = backward_layer
        self._check_pair()
        for inner in (self.forward_layer, self.backward_layer):
            # Merged step by step, a repeated output of one direction would stand beside a true one of the other.
            inner.zero_output_for_mask = inner.return_sequences
        self.merge_mode = merge_mode
        for name in _SHARED:
            setattr(self, name, getattr(layer, name))
        self.supports_masking = layer.supports_masking
        self.input_spec = layer.input_spec or InputSpec(min_ndim=3)

    def _check_pair(self):
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "One of `layer` and `backward_layer` must have `go_backwards=True`, the other one not. "
                f"Received: go_backwards={forward.go_backwards} for both"
            )
        for name in _SHARED:
            values = getattr(forward, name), getattr(backward, name)
            if values[0] != values[1]:
                raise ValueError(
                    f"`layer` and `backward_layer` must have the same `{name}`. Received: {values[0]} and {values[1]}"
                )

    def get_config(self):
        config = super().get_config()
        config["merge_mode"] = self.merge_mode
        config["layer"] = serialization_lib.serialize_keras_object(self.forward_layer)
        config["backward_layer"] = serialization_lib.serialize_keras_object(self.backward_layer)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = {name: value for name, value in config.items() if name != "num_constants"}
        for name in ("layer", "backward_layer"):
            if config.get(name) is not None:
                config[name] = serialization_lib.deserialize_keras_object(config[name], custom_objects=custom_objects)
        return super().from_config(config)

    # State

    @property
    def states(self):
        """The states that the two layers keep between batches, as a tuple; `None` where there are none."""
        forward, backward = self.forward_layer.states, self.backward_layer.states
        return None if not forward else tuple(tree.flatten([forward, backward]))

    def reset_state(self):
        """Sets the states that stateful layers keep between batches to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self):
        """As `reset_state()`."""
        self.reset_state()

    # Shapes

    def build(self, sequences_shape, initial_state_shape=None):
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        outputs, states = [], []
        for layer in (self.forward_layer, self.backward_layer):
            shapes = layer.compute_output_shape(sequences_shape)
            outputs.append(shapes[0] if self.return_state else shapes)
            states.extend(shapes[1:] if self.return_state else ())
        if self.merge_mode is None:
            return (*outputs, *states)
        merged = outputs[0]
        if self.merge_mode == "concat":
            merged = (*merged[:-1], merged[-1] + outputs[1][-1])
        return (merged, *states) if self.return_state else merged

    def compute_mask(self, _, mask):
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        return mask if self.merge_mode is not None else (mask, mask)

    # The call

    def call(self, sequences, initial_state=None, mask=None, training=None):
        halves = _halves(initial_state)
        results = []
        for layer, half in zip((self.forward_layer, self.backward_layer), halves):
            options = {} if half is None else {"initial_state": half}
            results.append(layer(sequences, mask=mask, training=training, **options))
        outputs, states = [], []
        for result in results:
            outputs.append(result[0] if self.return_state else result)
            states.extend(result[1:] if self.return_state else ())
        if self.return_sequences:
            outputs[1] = ops.flip(outputs[1], axis=1)
        outputs = [ops.cast(x, self.compute_dtype) for x in outputs]
        if self.merge_mode is None:
            return (*outputs, *states)
        merged = _MERGERS[self.merge_mode](*outputs)
        return (merged, *states) if self.return_state else merged


def _check_layer(name, layer):
    if not isinstance(layer, Layer):
        raise ValueError(f"`{name}` must be a `keras.Layer`. Received: {name}={layer!r} (of type {type(layer)})")
    missing = [attribute for attribute in ("go_backwards", *_SHARED) if not hasattr(layer, attribute)]
    if missing:
        raise ValueError(
            f"`{name}` must be a recurrent layer, such as an `LSTM`. Received: {name}={layer!r}, which has no {missing}"
        )


def _renamed(layer, prefix, go_backwards):
    """A new layer of the same config, but for its name and direction."""
    config = serialization_lib.serialize_keras_object(layer)
    name = layer.name.removeprefix(prefix)
    settings = {**config["config"], "name": f"{prefix}{name}", "go_backwards": go_backwards}
    config = {key: value for key, value in config.items() if key not in ("build_config", "shared_object_id")}
    # The objects are here, so their classes need not be registered.
    classes = {type(x).__name__: type(x) for x in layer._flatten_layers()}
    copy = {**config, "config": settings}
    renamed = serialization_lib.deserialize_keras_object(copy, custom_objects=classes, safe_mode=False)
    if getattr(layer, "use_cudnn", "auto") != "auto":
        renamed.use_cudnn = layer.use_cudnn  # No config holds it.
    return renamed


def _halves(initial_state):
    if initial_state is None:
        return None, None
    states = list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state]
    if len(states) % 2:
        raise ValueError(
            "`initial_state` of a bidirectional layer must hold the states of the forward layer, then those of the "
            f"backward layer. Received: an odd number of tensors, {len(states)}"
        )
    half = len(states) // 2
    return states[:half], states[half:]

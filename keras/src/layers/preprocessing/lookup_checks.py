"""What constructors of layers with a vocabulary refuse."""

import numpy as np

OUTPUT_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


def check_arguments(layer, vocabulary, idf_weights):
    """Refuses arguments that are wrong by themselves or together.

    Args:
        layer: The `IndexLookup`, with its attributes set.
        vocabulary: The vocabulary that was given, or `None`.
        idf_weights: The weights that were given, or `None`.

    Raises:
        ValueError: They are.
    """
    name = type(layer).__name__
    check_is_int(name, "max_tokens", layer.max_tokens, least=2, optional=True)
    check_is_int(name, "num_oov_indices", layer.num_oov_indices, least=0)
    check_among(name, "output_mode", layer.output_mode, OUTPUT_MODES)
    check_among(name, "oov_method", layer.oov_method, ("floormod", "farmhash"))
    mode = layer.output_mode
    if layer.invert and mode != "int":
        raise ValueError(f"{name}: `invert=True` goes with `output_mode='int'` only. Received: output_mode={mode!r}")
    if layer.sparse and mode == "int":
        raise ValueError(
            f"{name}: `sparse=True` goes with the output modes {OUTPUT_MODES[1:]}. Received: sparse=True, output_mode='int'"
        )
    if layer.pad_to_max_tokens and layer.max_tokens is None:
        raise ValueError(f"{name}: `pad_to_max_tokens=True` needs `max_tokens`. Received: max_tokens=None")
    if idf_weights is not None and mode != "tf_idf":
        raise ValueError(
            f"{name}: `idf_weights` go with `output_mode='tf_idf'`. Received: idf_weights={idf_weights}, output_mode={mode!r}"
        )
    if vocabulary is not None and idf_weights is None and mode == "tf_idf":
        raise ValueError(f"{name}: a `vocabulary` for `output_mode='tf_idf'` needs `idf_weights` too.")


def check_is_int(layer, name, value, least, optional=False):
    """Refuses what is no int of at least `least`.

    Args:
        layer: Name of the class of the layer.
        name: Name of the argument.
        value: Its value.
        least: The smallest that is allowed.
        optional: Whether `None` is allowed too.
    """
    if value is None and optional:
        return
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
        kind = f"an int of at least {least}" + (" or None" if optional else "")
        raise ValueError(f"{layer}: `{name}` must be {kind}. Received: {name}={value!r}")


def check_among(layer, name, value, allowed):
    """Refuses what is none of some values.

    Args:
        layer: Name of the class of the layer.
        name: Name of the argument.
        value: Its value.
        allowed: Tuple of values.
    """
    if not any(value is x or (isinstance(value, str) and value == x) for x in allowed):
        raise ValueError(f"{layer}: `{name}` must be one of {allowed}. Received: {name}={value!r}")


def check_idf_weights(output_mode, idf_weights, tokens):
    """The weights as a list, or `None`.

    Args:
        output_mode: Output mode of the layer.
        idf_weights: List or array, or `None`.
        tokens: The tokens that they are for.

    Raises:
        ValueError: There must be none, or as many as tokens.
    """
    if output_mode != "tf_idf":
        if idf_weights is not None:
            raise ValueError(
                f"`idf_weights` go with `output_mode='tf_idf'`. Received: idf_weights={idf_weights}, output_mode={output_mode!r}"
            )
        return None
    if idf_weights is None:
        raise ValueError("A vocabulary for `output_mode='tf_idf'` needs `idf_weights` too. Received: idf_weights=None")
    weights = np.asarray(idf_weights, "float32")
    if weights.ndim != 1 or len(weights) != len(tokens):
        raise ValueError(
            f"`idf_weights` must have one number for each token. Received: weights of shape {weights.shape} for {len(tokens)} tokens"
        )
    return weights


def standard_salt(salt):
    """`None`, or a list of two ints.

    Args:
        salt: What the user gave: `None`, an int, or a pair of ints.

    Raises:
        ValueError: It is something else.
    """
    if salt is None:
        return None
    pair = [salt, salt] if isinstance(salt, (int, np.integer)) else salt
    if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not all(isinstance(x, (int, np.integer)) for x in pair):
        raise ValueError(f"`salt` must be an int or a pair of ints. Received: salt={salt!r}")
    return [int(x) for x in pair]

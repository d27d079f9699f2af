"""What the config of a graph must look like, checked before anything is built from it."""

from keras.src.utils.messages import shown

_PLACES = (list, tuple, dict)


def checked(config):
    """A copy of the config of a graph, which has what such a config must have.

    Raises:
        ValueError: Something is missing, or is not what it must be.
    """
    for key, kinds in (("layers", list), ("input_layers", _PLACES), ("output_layers", _PLACES)):
        if not isinstance(config.get(key), kinds):
            raise ValueError(
                f"The config of a graph holds `layers`, a list, and `input_layers` and `output_layers`, places in it. "
                f"Received: {key}={shown(config.get(key))}"
            )
    for entry in config["layers"]:
        _check_entry(entry)
    for key in ("input_layers", "output_layers"):
        _check_places(config[key], key)
    return dict(config)


def _check_entry(entry):
    if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str) or "config" not in entry:
        raise ValueError(
            f"Each of the `layers` of a graph is a dict with `class_name` and `config`. Received: {shown(entry)}"
        )
    if not isinstance(entry.get("name", ""), str):
        raise ValueError(f"The `name` of a layer of a graph is a string. Received: {shown(entry)}")
    calls = entry.get("inbound_nodes")
    if calls is None or (isinstance(calls, (list, tuple)) and all(_is_call(call) for call in calls)):
        return
    raise ValueError(
        "The `inbound_nodes` of a layer of a graph are a list of calls, each a dict with `args`, a list, and `kwargs`, a "
        f"dict. Received: inbound_nodes={shown(calls)} for the {entry['class_name']} {shown(entry.get('name'))}"
    )


def _is_call(call):
    """Whether something describes a call, as Keras 3 does it (a dict) or as Keras 2 does (a list of places)."""
    if isinstance(call, dict):
        args, kwargs = call.get("args"), call.get("kwargs")
        return isinstance(args, (list, tuple)) and isinstance(kwargs, dict) and all(isinstance(k, str) for k in kwargs)
    if not isinstance(call, (list, tuple)):
        return False
    return all(isinstance(x, (list, tuple)) and is_place(x[:3]) and _has_keywords(x[3:]) for x in call)


def _has_keywords(rest):
    return not rest or (len(rest) == 1 and isinstance(rest[0], dict) and all(isinstance(k, str) for k in rest[0]))


def is_place(value):
    """Whether something is `[name, node, tensor]`."""
    if not isinstance(value, (list, tuple)) or len(value) != 3 or not isinstance(value[0], str):
        return False
    return all(isinstance(x, int) and not isinstance(x, bool) and x >= 0 for x in value[1:])


def _check_places(structure, key):
    if is_place(structure):
        return
    inner = structure.values() if isinstance(structure, dict) else structure
    if not isinstance(structure, _PLACES) or any(not isinstance(x, _PLACES) for x in inner):
        raise ValueError(
            f"`{key}` of a graph is made of places, `[name of a layer, number of its call, number of the output]`. "
            f"Received: {shown(structure)}"
        )
    for value in inner:
        _check_places(value, key)


def history_of(description):
    """The place that the description of a tensor of the graph, an argument of a call, names."""
    inner = description.get("config")
    place = inner.get("keras_history") if isinstance(inner, dict) else None
    if not is_place(place):
        raise ValueError(
            "A tensor of a graph is described by `keras_history`, `[name of a layer, number of its call, number of the "
            f"output]`. Received: {shown(description)}"
        )
    return place

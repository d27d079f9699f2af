"""Damage to files, drawn from a seeded generator: of their bytes, of the JSON in them, and of what HDF5 makes of them."""

import copy
import io
import json
import zipfile

import h5py
import numpy as np

INTEGERS = (
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    2**15,
    2**16,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**40,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
)
DEEP = 1
for _ in range(300):
    DEEP = [DEEP]
ODD = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3,
        0.5,
        -0.5,
        1e300,
        float("nan"),
        float("inf"),
        10**6,
        10**9,
        10**12,
        2**63,
        -(2**70),
    ),
    *(
        "",
        "x",
        "relu",
        "Dense",
        "float64",
        "..",
        "../x",
        "/dev/zero",
        "a" * 3000,
        "\x00",
        "é",
        "__init__",
        "(a+)+$",
        "0",
    ),
    *([], {}, [[]], [None], [0], [-1, 3], [1, 2, 3, 4, 5, 6, 7], [None, None], [10**9, 10**9], {"a": 1}, DEEP),
    {"class_name": "function", "config": "exp", "registered_name": "function", "module": "builtins"},
    {"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "float32"}},
    {"class_name": "__tensor__", "config": {"value": [[1.0]], "dtype": "int32"}},
    {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 3], "dtype": "float32", "keras_history": ["x", 0, 0]},
    },
    {"class_name": "__slice__", "config": {"start": None, "stop": 1, "step": 0}},
    {"class_name": "__bytes__", "config": {"value": "abc"}},
    {"class_name": "Dense", "module": "keras.layers", "config": {"units": 3}, "registered_name": None},
    {"class_name": "Sequential", "module": "keras", "config": {"layers": []}, "registered_name": None},
    {"class_name": "Orthogonal", "module": "keras.initializers", "config": {}, "registered_name": None},
)


# --- Bytes


def _place(content, rng):
    return rng.randrange(len(content)) if content else 0


def _part(content, rng):
    start = _place(content, rng)
    return start, min(len(content), start + rng.choice((1, 2, 4, 8, 64, 512)))


def _flip(content, rng):
    if content:
        content[_place(content, rng)] ^= 1 << rng.randrange(8)


def _integer(content, rng):
    size = rng.choice((1, 2, 4, 8))
    start = _place(content, rng) // size * size
    number = rng.choice(INTEGERS) % 2 ** (8 * size)
    content[start : start + size] = number.to_bytes(size, rng.choice(("little", "big")))


def _cut_out(content, rng):
    start, stop = _part(content, rng)
    del content[start:stop]


def _again(content, rng):
    start, stop = _part(content, rng)
    place = _place(content, rng)
    content[place:place] = content[start:stop]


def _blank(content, rng):
    start, stop = _part(content, rng)
    content[start:stop] = bytes([rng.choice((0, 255))]) * (stop - start)


def _random(content, rng):
    start, stop = _part(content, rng)
    content[start:stop] = rng.randbytes(stop - start)


def _cut_off(content, rng):
    del content[_place(content, rng) :]


def changed_bytes(content, rng):
    """Content with some of its bytes changed."""
    content = bytearray(content)
    changes = (_flip, _flip, _integer, _integer, _cut_out, _again, _blank, _random, _cut_off)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        rng.choice(changes)(content, rng)
    return bytes(content)


# --- JSON


def _nodes(value, found, above=None, key=None):
    """Triples of container, key and value of each part of a structure."""
    if above is not None:
        found.append((above, key, value))
    for inner, part in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        _nodes(part, found, value, inner)
    return found


def _change_node(value, rng):
    nodes = _nodes(value, [])
    if not nodes:
        return
    above, key, old = rng.choice(nodes)
    kind = rng.randrange(10)
    if kind < 4:
        above[key] = copy.deepcopy(rng.choice(ODD))
    elif kind == 4:
        above[key] = copy.deepcopy(rng.choice(nodes)[2])
    elif kind == 5:
        del above[key]
    elif kind == 6:
        above[key] = [old]
    elif kind == 7 and isinstance(above, dict):
        above[rng.choice(("class_name", "module", "config", "name", "units", "x", "dtype"))] = above.pop(key)
    elif kind == 8 and isinstance(above, list):
        above.insert(key, copy.deepcopy(old))
    elif isinstance(old, (int, float)):
        above[key] = rng.choice((-old, old + 1, old * 10**7, str(old), old + 0.5))
    else:
        above[key] = copy.deepcopy(rng.choice(ODD))


def changed_json(text, rng):
    """JSON text with some of its parts changed; rarely of its characters."""
    if rng.random() < 0.05:
        return changed_bytes(text.encode(), rng).decode("latin-1")
    try:
        value = json.loads(text)
    except ValueError:  # It was changed before.
        return changed_bytes(text.encode(), rng).decode("latin-1")
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _change_node(value, rng)
    return json.dumps(value)


# --- HDF5


def _members(file):
    found = []
    file.visit(found.append)
    return found


def _drop(file, name, rng):
    del file[name]


def _move(file, name, rng):
    target = rng.choice(("elsewhere", f"{name}_", rng.choice(_members(file))))
    if target in file:
        del file[target]
    if name in file:
        file.move(name, target)


def _soft_link(file, name, rng):
    del file[name]
    file[name] = rng.choice((h5py.SoftLink("/"), h5py.SoftLink("nowhere"), h5py.ExternalLink("other.h5", "/")))


def _other_array(file, name, rng):
    del file[name]
    shape = rng.choice(((), (0,), (3,), (4, 4), (2, 0, 3), (10**6, 10**6), (10**7,), (1,) * 30))
    dtype = rng.choice(("float32", "float64", "int8", "S5", "bool", "complex64", "V2", h5py.string_dtype()))
    options = {"chunks": True, "compression": "gzip"} if shape and 0 not in shape else {}
    file.create_dataset(name, shape=shape, dtype=dtype, **options)


def _group_instead(file, name, rng):
    del file[name]
    file.create_group(f"{name}/{rng.choice(('0', 'vars', 'x'))}")


def _attribute(file, name, rng):
    item = rng.choice((file, file[name]))
    values = (
        0,
        3.5,
        "x",
        b"\xff\xfe",
        [],
        [1, 2],
        ["a", "b"],
        [b"0"],
        np.zeros((3, 3)),
        h5py.Empty("f"),
        "bfloat16",
        "os",
    )
    known = (*item.attrs, "dtype", "weight_names", "layer_names", "name")
    item.attrs[rng.choice(known)] = rng.choice(values)


def _json_attribute(file, name, rng):
    texts = [key for key in ("model_config", "training_config") if key in file.attrs]
    if texts:
        key = rng.choice(texts)
        file.attrs[key] = changed_json(file.attrs[key], rng)
    else:
        _attribute(file, name, rng)


def changed_h5(content, rng):
    """An HDF5 file with other members or attributes; with other bytes where HDF5 does not take what was drawn."""
    try:
        return _changed_members(content, rng)
    except Exception:
        return changed_bytes(content, rng)


def _changed_members(content, rng):
    changed = io.BytesIO(content)
    with h5py.File(changed, "r+") as file:
        for _ in range(rng.choice((1, 1, 2, 3))):
            names = _members(file)
            if not names:
                break
            changes = (
                _drop,
                _move,
                _soft_link,
                _other_array,
                _group_instead,
                _attribute,
                _json_attribute,
                _json_attribute,
            )
            rng.choice(changes)(file, rng.choice(names), rng)
    return changed.getvalue()


def changed_h5_file(content, rng):
    """An HDF5 file that is changed in one of these ways."""
    return rng.choice((changed_bytes, changed_h5))(content, rng)


# --- Archives


def changed_archive(content, rng):
    """A `.keras` file, in which a member is changed, or bytes are."""
    if rng.random() < 0.2:
        return changed_bytes(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for _ in range(rng.choice((1, 1, 1, 2))):
        _change_member(members, rng)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        for name, member in members.items():
            file.writestr(name, member)
    return changed.getvalue()


def _change_member(members, rng):
    name = rng.choice(("config.json", "config.json", "config.json", "config.json", "model.weights.h5", *members))
    content = members.pop(name, b"")
    kind = rng.random()
    if kind < 0.05:
        return
    if kind < 0.1:
        name = rng.choice((f"{name}x", f"assets/{name}", "../x", "metadata.json"))
    elif name == "config.json":
        content = changed_json(content.decode("latin-1"), rng).encode("latin-1", "replace") if content else b"{}"
    elif name.endswith(".h5"):
        content = changed_h5_file(content, rng) if content else b""
    else:
        content = changed_bytes(content, rng)
    members[name] = content

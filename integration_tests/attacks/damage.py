"""What is done to single files so that they harm: archives, HDF5, npz and safetensors."""

import io
import json
import struct
import zipfile

import h5py
import numpy as np

# The bytes that a load may take, and what exceeds them when it is unpacked or read, of a few bytes in the file.
LIMIT = 10**6
ZEROS = 4 * LIMIT
DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
GIB = 1024**3


# --- Archives


def members_of(path):
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def write_members(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)


def with_member(name, content, compression=zipfile.ZIP_DEFLATED):
    """Archive in which a member has this content, or one that a function makes of it."""

    def change(path):
        members = members_of(path)
        members[name] = content(members.get(name)) if callable(content) else content
        write_members(path, members, compression)

    return change


def zeros_after(content):
    return (content or b"{}") + b" " * ZEROS


def many_assets(path):
    members = members_of(path)
    write_members(path, {**members, **{f"assets/a{i}/x": b"0" * (LIMIT // 9) for i in range(10)}}, zipfile.ZIP_DEFLATED)


def overlapping(path):
    with zipfile.ZipFile(path, "a") as file:
        weights = next(info for info in file.infolist() if info.filename.startswith("model.weights"))
        for number in range(9):
            other = zipfile.ZipInfo(f"assets/x{number}")
            for field in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(other, field, getattr(weights, field))
            file.filelist.append(other)
            file.NameToInfo[other.filename] = other
        file._didModify = True


def claimed_size(path):
    """The directory of the archive says that a member has other sizes than it has."""
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<II", content, place + 20, 2**31, 2**31)
    path.write_bytes(content)


def encrypted(path):
    content = bytearray(path.read_bytes())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 8] |= 1
        place += 4
    path.write_bytes(content)


def unknown_compression(path):
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, place + 10, 77)
    path.write_bytes(content)


def unknown_version(path):
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.find(b"PK\x01\x02") + 6, 141)
    path.write_bytes(content)


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def config_that(change):
    def changed(content):
        config = json.loads(content)
        change(config)
        return json.dumps(config).encode()

    return changed


ARCHIVE_CHANGES = {
    "config.json unpacks to more than the limit": with_member("config.json", zeros_after),
    "config.json is too deep": with_member("config.json", DEEP),
    "config.json is no JSON": with_member("config.json", b"\xff\xfe{"),
    "config.json is a number": with_member("config.json", b"3"),
    "an endless number": with_member("config.json", b"1" * 10**5),
    "the overlap of members": overlapping,
    "a member of the sizes that it says": claimed_size,
    "encrypted members": encrypted,
    "a compression that nobody knows": unknown_compression,
    "a version that nobody knows": unknown_version,
    "half of the file": half,
    "an empty file": empty,
}
ARCHIVE_WITH_ASSETS = {
    "an asset that unpacks to more than the limit": with_member("assets/a/x", b"0" * ZEROS),
    "many assets": many_assets,
    "an asset above the archive": with_member("assets/../../x", b"0"),
    "an asset at the root": with_member("assets//tmp/../../../../../../x", b"0"),
}
WEIGHTS_MEMBER = {
    "weights that unpack to more than the limit": lambda name: with_member(
        name, lambda content: content + bytes(ZEROS)
    ),
    "weights that are none": lambda name: with_member(name, b"0" * 1000),
    "half of the weights": lambda name: with_member(name, lambda content: content[: len(content) // 2]),
    "empty weights": lambda name: with_member(name, b""),
}


# --- HDF5


def in_h5(change):
    """What a change of the open file makes of a file of weights, or of an archive with such a member."""

    def changed(path):
        if path.suffix == ".keras":
            with_member("model.weights.h5", lambda content: changed_bytes(content), zipfile.ZIP_STORED)(path)
        else:
            with h5py.File(path, "r+") as file:
                change(file)

    def changed_bytes(content):
        held = io.BytesIO(content)
        with h5py.File(held, "r+") as file:
            change(file)
        return held.getvalue()

    return changed


def some_dataset(file):
    found = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) and item.ndim else None)
    return next((name for name in found if "dense" in name), found[0])


def replaced(make, above=0):
    """Puts something in the place of a dataset, or of a group so many levels above it."""

    def change(file):
        name = some_dataset(file).rsplit("/", above)[0] if above else some_dataset(file)
        file.move(name, "elsewhere")
        make(file, name)

    return change


def bomb(file, name):
    shape = file["elsewhere"].shape
    file.create_dataset(name, (ZEROS, *shape[1:]), "float32", chunks=(1000, *shape[1:]), compression="gzip")


def claim(file, name):
    file.create_dataset(name, (10**6, 10**6, 10**6), "float32", chunks=(1, 1, 1000), compression="gzip")


def damaged_chunk(file, name):
    shape = file["elsewhere"].shape
    made = file.create_dataset(name, shape, "float32", chunks=shape, compression="gzip")
    made.id.write_direct_chunk((0,) * len(shape), b"no gzip")


def external(file, name):
    file.create_dataset(name, file["elsewhere"].shape, "float32", external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)])


def virtual(file, name):
    layout = h5py.VirtualLayout(file["elsewhere"].shape, "float32")
    layout[...] = h5py.VirtualSource("other.h5", "x", file["elsewhere"].shape)
    file.create_virtual_dataset(name, layout)


def of_dtype(dtype):
    return lambda file, name: file.create_dataset(name, file["elsewhere"].shape, dtype)


def link(make):
    def change(file, name):
        file[name] = make

    return change


def in_circles(file):
    group = file[some_dataset(file).rsplit("/", 1)[0]]
    group["again"] = file["/"]
    file.move(some_dataset(file), "elsewhere")


def endless_attribute(file, name):
    file.create_dataset(name, data=file["elsewhere"][()])
    file[name].attrs["dtype"] = "x" * 60000


SOFT, OUTWARD = h5py.SoftLink("/elsewhere"), h5py.ExternalLink("other.h5", "/elsewhere")
H5_CHANGES = {
    **{
        f"{kind} in the place of a {what}": in_h5(replaced(link(made), above))
        for kind, made in (
            ("a soft link", SOFT),
            ("an external link", OUTWARD),
            ("a dangling link", h5py.SoftLink("/no")),
        )
        for what, above in (("dataset", 0), ("group", 1))
    },
    "a dataset that unpacks to more than the limit": in_h5(replaced(bomb)),
    "a dataset that claims a shape": in_h5(replaced(claim)),
    "a damaged chunk": in_h5(replaced(damaged_chunk)),
    "data in another file": in_h5(replaced(external)),
    "data of other datasets": in_h5(replaced(virtual)),
    "a group for a dataset": in_h5(replaced(lambda file, name: file.create_group(name))),
    "a dataset for a group": in_h5(replaced(lambda file, name: file.create_dataset(name, data=[1.0]), 1)),
    "an empty dataset": in_h5(replaced(lambda file, name: file.create_dataset(name, data=h5py.Empty("f")))),
    "texts": in_h5(replaced(of_dtype(h5py.string_dtype()))),
    "references": in_h5(replaced(of_dtype(h5py.ref_dtype))),
    "records": in_h5(replaced(of_dtype([("a", "f4"), ("b", "i4")]))),
    "a dtype that is none": in_h5(replaced(endless_attribute)),
    "a group that holds itself": in_h5(in_circles),
}
# The editor shows what a file has, also where no model takes it.
SHOWN = (
    "a group for a dataset",
    "a dataset for a group",
    "texts",
    "references",
    "records",
    "a group that holds itself",
)
ONLY_FILES = {"half of the file": half, "an empty file": empty}


def attribute(name, value):
    def change(file):
        item = file if name in file.attrs else file["model_weights"]
        item.attrs[name] = value(item.attrs[name]) if callable(value) else value

    return in_h5(change)


def long_text(text):
    return np.array(text + " " * ZEROS, dtype=h5py.string_dtype())


OLDER_CHANGES = {
    "names of layers that are none": attribute("layer_names", 3.5),
    "a layer that is not there": attribute("layer_names", [b"words", b"embedding", b"flatten", b"x"]),
    "a layer above": attribute("layer_names", [b"words", b"../x", b"flatten", b"dense"]),
}
OLDER_CONFIGS = {
    "model_config is too deep": attribute("model_config", lambda text: (b"[" * 2000 + b"]" * 2000).decode()),
    "model_config is no text": attribute("model_config", [1, 2]),
    "model_config is no JSON": attribute("model_config", "{"),
}


# --- npz


def npz_with(change):
    def changed(content):
        with np.load(io.BytesIO(content)) as file:
            arrays = dict(file)
        held = io.BytesIO()
        np.savez_compressed(held, **change(arrays))
        return held.getvalue()

    return with_member("model.weights.npz", changed)


def last_of(arrays):
    return max(name for name in arrays if name.startswith("layers/dense"))


NPZ_CHANGES = {
    "an array that unpacks to more than the limit": npz_with(lambda a: {**a, "x/vars/0": np.zeros(ZEROS)}),
    "pickled objects": npz_with(lambda a: {**a, last_of(a): np.array([{}, None], object)}),
    "texts": npz_with(lambda a: {**a, last_of(a): np.array(["a", "b"])}),
    "another shape": npz_with(lambda a: {**a, last_of(a): np.zeros((2, 3, 4))}),
    "dtypes that are too deep": npz_with(lambda a: {**a, "__dtypes__": DEEP.decode()}),
    "dtypes that are a list": npz_with(lambda a: {**a, "__dtypes__": "[1]"}),
    "a dtype that is none": npz_with(lambda a: {**a, "__dtypes__": json.dumps({last_of(a): "os"})}),
    "no dtypes": npz_with(lambda a: {name: array for name, array in a.items() if name != "__dtypes__"}),
}


# --- safetensors


def with_header(change, keep=True):
    """Another header of a safetensors file: a dict that is changed in place, or bytes."""

    def changed_bytes(content):
        size = int.from_bytes(content[:8], "little")
        header, data = json.loads(content[8 : 8 + size]), content[8 + size :]
        made = change(header)
        text = made if isinstance(made, bytes) else json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + (data if keep else b"")

    return in_safetensors(changed_bytes)


def in_safetensors(changed_bytes):
    """A change of the bytes of a safetensors file, which may stand in an archive."""

    def changed(path):
        if path.suffix == ".keras":
            with_member("model.weights.safetensors", changed_bytes)(path)
        else:
            path.write_bytes(changed_bytes(path.read_bytes()))

    return changed


def tensors(header):
    return [entry for name, entry in header.items() if name != "__metadata__"]


def offsets(number, start, stop):
    def change(header):
        begin, end = tensors(header)[number]["data_offsets"]
        tensors(header)[number]["data_offsets"] = [begin + start, end + stop]

    return with_header(change)


def said(key, value):
    return with_header(
        lambda header: header["__metadata__"].update({key: value if isinstance(value, str) else value(header)})
    )


def twice(header):
    """Two tensors have one name."""
    first, second = [name for name in header if name != "__metadata__"][:2]
    return json.dumps(header).replace(json.dumps(second) + ": {", json.dumps(first) + ": {").encode()


def header_size(size):
    def changed_bytes(content):
        return size.to_bytes(8, "little") + content[8:]

    return in_safetensors(changed_bytes)


TENSOR_CHANGES = {
    "a header of gigabytes": header_size(2**40),
    "a header of all numbers": header_size(2**64 - 1),
    "a header beyond the file": header_size(10**6),
    "a header that is too deep": with_header(lambda header: DEEP),
    "a header that is a list": with_header(lambda header: b"[]"),
    "no data": with_header(lambda header: None, keep=False),
    "a tensor beyond the file": offsets(-1, 0, 400),
    "a tensor before the file": offsets(0, -8, 0),
    "overlapping tensors": offsets(-1, -4, 0),
    "a gap between tensors": offsets(-1, 4, 0),
    "names that come twice": with_header(twice),
    "another shape": with_header(lambda header: tensors(header)[0].update(shape=[10**9, 10**9])),
    "a negative shape": with_header(lambda header: tensors(header)[0].update(shape=[-1, 4])),
    "another dtype": with_header(lambda header: tensors(header)[0].update(dtype="F128")),
    "places that are too deep": said("keras_places", DEEP.decode()),
    "places that are a list": said("keras_places", "[]"),
    "places of tensors that are not there": said("keras_places", '{"layers/dense/vars/0": "x"}'),
    "dtypes of tensors that are not there": said("keras_dtypes", '{"x": "bfloat16"}'),
    "dtypes that are too deep": said("keras_dtypes", DEEP.decode()),
    "a dtype that is none": said("keras_dtypes", lambda header: json.dumps({list(header)[-1]: "object"})),
    "places that are texts": said("keras_places", '{"layers/dense/vars/0": 3}'),
}

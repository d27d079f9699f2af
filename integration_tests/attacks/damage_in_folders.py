"""What is done to files that stand in folders so that they harm: shards and their maps, saved folders, checkpoints."""

import json
import os
import shutil

from integration_tests.attacks.damage import DEEP, empty, half, zeros_after

# --- Several files


def first_shard(path):
    return sorted(shard for shard in path.parent.iterdir() if shard != path)[0]


def in_map(change):
    def changed(path):
        content = json.loads(path.read_text())
        made = change(content)
        path.write_text(json.dumps(content) if made is None else made)

    return changed


def names_of_shards(change):
    def changed(content):
        entries = content["weight_map"]
        for key, names in entries.items():
            entries[key] = change(names) if isinstance(names, str) else [change(name) for name in names]

    return in_map(changed)


def beside(path):
    """A folder above the one of the map, with a shard as it should be."""
    shard = first_shard(path)
    shutil.copy(shard, path.parent.parent / shard.name)
    shard.unlink()


def elsewhere(change):
    def changed(path):
        beside(path)
        names_of_shards(lambda name: change(path.parent.parent, name))(path)

    return changed


def shard_that_is(make):
    def changed(path):
        shard = first_shard(path)
        moved = path.parent.parent / f"moved-{shard.name}"
        shard.rename(moved)
        make(shard, moved)

    return changed


SPECIAL = {
    "a link out of the folder": lambda path, moved: path.symlink_to(moved),
    "a link to a device": lambda path, moved: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path, moved: path.symlink_to("nothing"),
    "a pipe": lambda path, moved: os.mkfifo(path),
    "a folder": lambda path, moved: path.mkdir(),
}
MAP_CHANGES = {
    "a shard above the folder": elsewhere(lambda above, name: f"../{name}"),
    "a shard at the root": elsewhere(lambda above, name: f"{above}/{name}"),
    "a shard that is not there": names_of_shards(lambda name: f"x{name}"),
    "a map that is too deep": in_map(lambda content: DEEP.decode()),
    "a map that is a list": in_map(lambda content: "[]"),
    "a map of numbers": in_map(lambda content: content.update(weight_map={"a": 3})),
    "a map of lists of numbers": in_map(lambda content: content.update(weight_map={"a": [3]})),
    "a map without names": in_map(lambda content: content.update(weight_map={"a": [""]})),
    "no map": in_map(lambda content: json.dumps({"metadata": content["metadata"]})),
    **{f"{name} for a shard": shard_that_is(make) for name, make in SPECIAL.items()},
    "half of a shard": lambda path: half(first_shard(path)),
    "a map that is empty": empty,
}


# --- Folders


def file_that_is(name, make):
    def changed(path):
        moved = path.parent / "moved"
        target = path / name
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            target.rename(moved)
        else:
            moved.write_text("x")
        make(target, moved)

    return changed


FOLDER_CHANGES = {
    f"{kind} for {name}": file_that_is(name, make)
    for kind, make in SPECIAL.items()
    for name in ("config.json", "model.weights.h5", "assets/x")
    # It is no file of the model, and nobody asks for it.
    if (kind, name) != ("a folder", "assets/x")
}


# --- Checkpoints of Orbax


def text_of(name, content):
    def changed(path):
        file = path / "0" / name
        file.write_bytes(content(file.read_bytes()) if callable(content) else content)

    return changed


def special_in_step(name, make):
    return lambda path: file_that_is(name, make)(path / "0")


def shape_in_metadata(path):
    """The described shapes are others than those of the stored arrays."""
    for file in path.rglob("_METADATA"):
        file.write_text(file.read_text().replace('"write_shape": [', '"write_shape": [1000000000, '))


CHECKPOINT_TEXTS = ("_CHECKPOINT_METADATA", "pytree/_METADATA", "model_config/_METADATA", "model_config/_strings.json")
CHECKPOINT_CHANGES = {
    **{f"{name} is too deep": text_of(name, DEEP) for name in CHECKPOINT_TEXTS[1:]},
    **{f"{name} is no JSON": text_of(name, b"{") for name in CHECKPOINT_TEXTS[1:]},
    **{f"half of {name}": text_of(name, lambda content: content[: len(content) // 2]) for name in CHECKPOINT_TEXTS[1:]},
    "a text larger than the limit": text_of("model_config/_strings.json", zeros_after),
    **{
        f"{kind} for {name}": special_in_step(name, make)
        for kind, make in SPECIAL.items()
        for name in ("pytree/_METADATA", "model_config/_strings.json", "pytree/manifest.ocdbt")
    },
}

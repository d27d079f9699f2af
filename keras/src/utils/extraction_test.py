import io
import os
import stat
import tarfile
import zipfile

import pytest

from keras.src.utils.extraction import extract, inside


def tar_of(path, *members, mode="w"):
    """Makes an archive of members `(name, content)`, or `(name, kind, target)`."""
    with tarfile.open(path, mode) as archive:
        for name, *what in members:
            info = tarfile.TarInfo(name)
            if len(what) == 2:
                info.type, info.linkname = what
                archive.addfile(info)
            else:
                info.size = len(what[0])
                archive.addfile(info, io.BytesIO(what[0]))
    return path


def zip_of(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def below(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar(tmp_path, mode):
    members = (
        ("d", tarfile.DIRTYPE, ""),
        ("./d/x", b"x"),
        ("y", b"y"),
        ("l", tarfile.SYMTYPE, "d/x"),
        ("h", tarfile.LNKTYPE, "y"),
    )
    extract(tar_of(tmp_path / "a", *members, mode=mode), tmp_path / "out")
    assert below(tmp_path / "out") == ["d/x", "h", "l", "y"]
    assert (tmp_path / "out" / "l").read_bytes() == b"x"
    assert (tmp_path / "out" / "h").read_bytes() == b"y"
    assert sorted(os.listdir(tmp_path)) == ["a", "out"]


def test_zip(tmp_path):
    members = (
        ("d/", b"", 0),
        ("d/x", b"x", 0o644),
        ("run", b"y", stat.S_IFREG | 0o755),
        ("l", b"d/x", stat.S_IFLNK | 0o777),
    )
    extract(zip_of(tmp_path / "a", *members), tmp_path / "out")
    assert below(tmp_path / "out") == ["d/x", "l", "run"]
    assert (tmp_path / "out" / "l").read_bytes() == b"x"
    assert os.access(tmp_path / "out" / "run", os.X_OK)
    assert not os.stat(tmp_path / "out" / "d" / "x").st_mode & 0o111


HARMFUL = {
    "upwards": [("../x", b"x")],
    "upwards within": [("d/../../x", b"x")],
    "absolute": [("/tmp/keras-evil", b"x")],
    "folder upwards": [("../x", tarfile.DIRTYPE, "")],
    "link upwards": [("l", tarfile.SYMTYPE, "..")],
    "absolute link": [("l", tarfile.SYMTYPE, "/etc/passwd")],
    "through a link": [("l", tarfile.SYMTYPE, "../.."), ("l/x", b"x")],
    "links that lead out together": [
        ("a", tarfile.SYMTYPE, "x/.."),
        ("x", tarfile.SYMTYPE, "."),
        ("b", tarfile.SYMTYPE, "a/y"),
    ],
    "hard link": [("h", tarfile.LNKTYPE, "../secret")],
    "hard link to nothing": [("h", tarfile.LNKTYPE, "nothing")],
    "device": [("d", tarfile.CHRTYPE, "")],
    "pipe": [("p", tarfile.FIFOTYPE, "")],
    "folder and file": [("d/x", b"x"), ("d", b"x")],
}


@pytest.mark.parametrize("members", HARMFUL.values(), ids=HARMFUL)
def test_nothing_leaves_the_folder(tmp_path, members):
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "in" / "out"
    folder.mkdir(parents=True)
    with pytest.raises(ValueError, match=r"points|device or a pipe|as a folder and as a file"):
        extract(tar_of(tmp_path / "a", *members), folder)
    assert below(tmp_path) == ["a", "secret"]
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("name", "content", "mode"),
    [
        ("../x", b"x", 0o644),
        ("/x", b"x", 0o644),
        ("C:/x", b"x", 0o644),
        ("l", b"../..", stat.S_IFLNK | 0o777),
        ("l", b"x" * 5000, stat.S_IFLNK | 0o777),
        ("d", b"", stat.S_IFCHR | 0o644),
    ],
)
def test_nothing_leaves_the_folder_of_a_zip(tmp_path, name, content, mode):
    path = zip_of(tmp_path / "a", ("fine", b"x", 0o644), (name, content, mode))
    with pytest.raises(ValueError, match=r"points out|no regular file|bytes long"):
        extract(path, tmp_path / "out")
    assert os.listdir(tmp_path) == ["a"]


def test_file_takes_the_place_of_a_link(tmp_path):
    members = ("x", b"x"), ("l", tarfile.SYMTYPE, "x"), ("l", b"new")
    extract(tar_of(tmp_path / "a", *members), tmp_path / "out")
    assert (tmp_path / "out" / "x").read_bytes() == b"x"
    assert (tmp_path / "out" / "l").read_bytes() == b"new"


def test_links_that_were_in_the_folder_are_not_followed(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "out" / "d").symlink_to(tmp_path / "else")
    (tmp_path / "out" / "y").mkdir()
    extract(tar_of(tmp_path / "a", ("d/x", b"x"), ("y", b"y")), tmp_path / "out")
    assert os.listdir(tmp_path / "else") == []
    assert below(tmp_path / "out") == ["d/x", "y"]


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_bombs_are_refused(tmp_path, monkeypatch, kind):
    large = bytes(2**20)
    if kind == "tar":
        path = tar_of(tmp_path / "a", ("x", large), ("y", large), mode="w:gz")
    else:
        path = zip_of(tmp_path / "a", ("x", large, 0), ("y", large, 0))
    monkeypatch.setenv("KERAS_LOAD_LIMIT", str(2**20 + 2**19))
    with pytest.raises(ValueError, match="KERAS_LOAD_LIMIT"):
        extract(path, tmp_path / "out")
    assert os.listdir(tmp_path) == ["a"]
    monkeypatch.setenv("KERAS_LOAD_LIMIT", str(2**22))
    extract(path, tmp_path / "out")
    assert below(tmp_path / "out") == ["x", "y"]


def test_bombs_of_empty_files_and_of_headers_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_LOAD_LIMIT", str(2**20))
    with pytest.raises(ValueError, match="KERAS_LOAD_LIMIT"):
        extract(tar_of(tmp_path / "many", *((f"f{i}", b"") for i in range(300)), mode="w:gz"), tmp_path / "out")
    with pytest.raises(ValueError, match="KERAS_LOAD_LIMIT"):
        extract(tar_of(tmp_path / "long", ("n" * 2**21, b""), mode="w:gz"), tmp_path / "out")


def test_members_that_share_bytes_are_refused(tmp_path):
    path = zip_of(tmp_path / "a", ("x", os.urandom(2000), 0), ("y", b"", 0))
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 20 : second + 24] = (2000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValueError, match="overlap"):
        extract(path, tmp_path / "out")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_cut_archives_are_told(tmp_path, mode):
    path = tar_of(tmp_path / "a", ("x", os.urandom(1_200_000)), mode=mode)
    path.write_bytes(path.read_bytes()[:1_100_000])
    with pytest.raises(ValueError, match="damaged, or was cut off"):
        extract(path, tmp_path / "out")
    assert os.listdir(tmp_path) == ["a"]


def test_what_a_killed_process_left_goes_away(tmp_path):
    (tmp_path / ".out.999999999-01234567.tmp").mkdir()
    extract(tar_of(tmp_path / "a", ("x", b"x")), tmp_path / "out")
    assert sorted(os.listdir(tmp_path)) == ["a", "out"]


@pytest.mark.parametrize("formats", [["zip"], ["tar", "zip"]])
def test_no_archive(tmp_path, formats):
    path = tmp_path / "a"
    path.write_bytes(b"text")
    if formats == ["zip"]:
        tar_of(path, ("x", b"x"))
    with pytest.raises(ValueError, match="no archive that can be unpacked"):
        extract(path, tmp_path / "out", formats)


@pytest.mark.parametrize("name", ["", ".", "..", "/x", "x/../..", "x\0y", "../x"])
def test_names_that_lead_out(tmp_path, name):
    with pytest.raises(ValueError, match="points out of the archive"):
        inside(tmp_path, name)


def test_name_inside(tmp_path):
    assert inside(tmp_path, "./x/y") == os.path.join(os.path.realpath(tmp_path), "x", "y")

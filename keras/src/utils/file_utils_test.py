import functools
import hashlib
import http.server
import io
import os
import subprocess
import sys
import tarfile
import textwrap
import threading
import zipfile

import pytest

import keras
from keras.src.utils import download, file_utils
from keras.src.utils.file_utils import get_file

TEXT = b"hello"
SHA256, MD5 = hashlib.sha256(TEXT).hexdigest(), hashlib.md5(TEXT).hexdigest()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; each word in `troubles` spoils one answer."""

    protocol_version = "HTTP/1.0"

    def do_GET(self):
        self.server.requests.append((self.path, self.headers.get("Range")))
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble in (404, 503):
            self.send_error(trouble)
            return
        with open(os.path.join(self.directory, self.path.lstrip("/")), "rb") as file:
            content = file.read()
        start = 0
        if self.headers.get("Range") and trouble != "whole":
            start = int(self.headers["Range"][len("bytes=") : -1])
        if start > 0 and start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if trouble != "no length":
            self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(content[start : start + 3] if trouble == "cut" else content[start:])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "a.txt").write_bytes(TEXT)
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    made.requests, made.troubles, made.folder = [], [], folder
    made.url = f"http://127.0.0.1:{made.server_port}/"
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(download, "PAUSES", (0.0, 0.0))


@pytest.fixture
def cache(tmp_path):
    return str(tmp_path / "cache")


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def make_tar(path, members):
    with tarfile.open(path, "w:gz" if str(path).endswith("gz") else "w") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))


# --- One file


def test_file_is_fetched_once(server, cache):
    path = get_file("b.txt", server.url + "a.txt", cache_dir=cache)
    assert path == os.path.join(cache, "datasets", "b.txt")
    assert content(path) == TEXT
    assert get_file("b.txt", server.url + "a.txt", cache_dir=cache) == path
    assert len(server.requests) == 1
    assert files_below(cache) == ["datasets/b.txt"]


def test_force_download_fetches_again(server, cache):
    path = get_file("a.txt", server.url + "a.txt", cache_dir=cache)
    (server.folder / "a.txt").write_bytes(b"newer")
    assert content(get_file("a.txt", server.url + "a.txt", cache_dir=cache)) == TEXT
    assert content(get_file("a.txt", server.url + "a.txt", cache_dir=cache, force_download=True)) == b"newer"
    assert content(path) == b"newer"


def test_name_is_that_of_the_url(server, cache):
    assert get_file(origin=server.url + "a.txt", cache_dir=cache) == os.path.join(cache, "datasets", "a.txt")


def test_folder_of_the_cache(server, cache, monkeypatch, tmp_path):
    assert get_file("b", server.url + "a.txt", cache_dir=cache, cache_subdir="q/r") == os.path.join(cache, "q/r/b")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    assert get_file(origin=server.url + "a.txt") == str(tmp_path / "home" / "datasets" / "a.txt")


def test_folder_that_cannot_be_made_is_replaced(server, cache, tmp_path, monkeypatch):
    (tmp_path / "occupied").write_text("a file")
    monkeypatch.setattr(file_utils.tempfile, "gettempdir", lambda: str(tmp_path))
    with pytest.warns(UserWarning, match="cannot be written to"):
        path = get_file(origin=server.url + "a.txt", cache_dir=tmp_path / "occupied")
    assert path == str(tmp_path / ".keras" / "datasets" / "a.txt")


def test_url_of_a_local_file(server, cache):
    url = (server.folder / "a.txt").as_uri()
    assert url.startswith("file://")
    assert content(get_file("c.txt", url, cache_dir=cache)) == TEXT


def test_bar_and_message(server, cache, capsys):
    get_file(origin=server.url + "a.txt", cache_dir=cache)
    shown = capsys.readouterr().out
    assert f"Downloading data from {server.url}a.txt" in shown
    assert "5/5" in shown


# --- Hashes


@pytest.mark.parametrize(
    "right",
    [
        {"file_hash": SHA256},
        {"file_hash": MD5},
        {"md5_hash": MD5},
        {"file_hash": SHA256.upper(), "hash_algorithm": "sha256"},
        {"file_hash": SHA256, "md5_hash": "0" * 32},
    ],
)
def test_right_hash(server, cache, right):
    for _ in range(2):
        assert content(get_file(origin=server.url + "a.txt", cache_dir=cache, **right)) == TEXT
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "wrong", [{"file_hash": "0" * 64}, {"md5_hash": "0" * 32}, {"file_hash": SHA256, "hash_algorithm": "md5"}]
)
def test_wrong_hash_leaves_the_cache_as_it_was(server, cache, wrong):
    with pytest.raises(ValueError, match="does not match the provided value"):
        get_file(origin=server.url + "a.txt", cache_dir=cache, **wrong)
    assert files_below(cache) == []
    path = get_file(origin=server.url + "a.txt", cache_dir=cache)
    with pytest.raises(ValueError, match="Incomplete or corrupted"):
        get_file(origin=server.url + "a.txt", cache_dir=cache, **wrong)
    assert content(path) == TEXT


def test_outdated_file_of_the_cache_is_fetched_again(server, cache):
    path = get_file(origin=server.url + "a.txt", cache_dir=cache)
    with open(path, "wb") as file:
        file.write(b"old")
    get_file(origin=server.url + "a.txt", cache_dir=cache, file_hash=SHA256)
    assert content(path) == TEXT


# --- Connections that fail


def test_cut_download_goes_on(server, cache):
    server.troubles = ["cut"]
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache)) == TEXT
    assert server.requests == [("/a.txt", None), ("/a.txt", "bytes=3-")]


def test_cut_download_begins_anew_where_the_server_cannot_go_on(server, cache):
    server.troubles = ["cut", "whole"]
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache)) == TEXT


def test_busy_server_is_asked_again(server, cache):
    server.troubles = [503, 503]
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache)) == TEXT
    assert len(server.requests) == 3


def test_failed_download_leaves_no_file(server, cache):
    server.troubles = ["cut", 404]
    with pytest.raises(OSError, match=r"URL fetch failure on .*a\.txt: 404"):
        get_file(origin=server.url + "a.txt", cache_dir=cache)
    assert files_below(cache) == []


def test_failed_download_is_of_use_where_there_is_a_hash(server, cache):
    server.troubles = ["cut", 404]
    with pytest.raises(OSError, match="404"):
        get_file(origin=server.url + "a.txt", cache_dir=cache, file_hash=SHA256)
    assert files_below(cache) == ["datasets/.a.txt.part"]
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache, file_hash=SHA256)) == TEXT
    assert server.requests[-1] == ("/a.txt", "bytes=3-")


@pytest.mark.parametrize("left", [b"hel", b"hello", b"nonsense", b"hXl"])
def test_next_call_goes_on_with_what_was_left(server, cache, left):
    os.makedirs(os.path.join(cache, "datasets"))
    with open(os.path.join(cache, "datasets", ".a.txt.part"), "wb") as file:
        file.write(left)
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache, file_hash=SHA256)) == TEXT
    if left == b"hel":
        assert server.requests == [("/a.txt", "bytes=3-")]
    assert files_below(cache) == ["datasets/a.txt"]


def test_what_was_left_counts_nothing_without_a_hash(server, cache):
    os.makedirs(os.path.join(cache, "datasets"))
    with open(os.path.join(cache, "datasets", ".a.txt.part"), "wb") as file:
        file.write(b"hXl")
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache)) == TEXT


def test_server_that_tells_no_length(server, cache):
    server.troubles = ["no length"]
    assert content(get_file(origin=server.url + "a.txt", cache_dir=cache)) == TEXT


def test_no_connection(cache):
    with pytest.raises(OSError, match="URL fetch failure on http://127.0.0.1:1/b.txt"):
        get_file("b.txt", "http://127.0.0.1:1/b.txt", cache_dir=cache)
    assert files_below(cache) == []


def test_processes_share_one_download(server, cache):
    (server.folder / "large").write_bytes(bytes(2**22))
    program = textwrap.dedent("""
        import sys
        from keras.src.utils.file_utils import get_file
        sys.stdin.readline()
        with open(get_file(origin=sys.argv[1], cache_dir=sys.argv[2]), "rb") as file:
            assert len(file.read()) == 2**22
    """)
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}
    command = [sys.executable, "-c", program, server.url + "large", cache]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) for _ in range(3)]
    for child in children:
        child.stdin.write(b"go\n")
        child.stdin.close()
    assert [child.wait() for child in children] == [0, 0, 0]
    assert len(server.requests) == 1
    assert files_below(cache) == ["datasets/large"]


def test_threads_share_one_download(server, cache):
    found = []
    work = [
        threading.Thread(target=lambda: found.append(get_file(origin=server.url + "a.txt", cache_dir=cache)))
        for _ in range(4)
    ]
    for each in work:
        each.start()
    for each in work:
        each.join()
    assert len(found) == 4
    assert len(server.requests) == 1


# --- Archives


@pytest.mark.parametrize(
    ("fname", "source", "arguments", "folder", "archive"),
    [
        ("one.tar.gz", "one.tar.gz", {"extract": True}, "one_extracted", "one.tar.gz"),
        ("one.tar.gz", "one.tar.gz", {"untar": True}, "one_extracted", "one.tar.gz"),
        ("v1.2.tar", "two.tar", {"extract": True}, "v1_extracted", "v1.2.tar"),
        ("three.zip", "three.zip", {"extract": True}, "three_extracted", "three.zip"),
        ("flowers", "one.tar.gz", {"untar": True}, "flowers", "flowers_archive"),
        (None, "one.tar.gz", {"extract": True}, "one.tar.gz", "one.tar.gz_archive"),
        ("one.tar.gz", "one.tar.gz", {"extract": True, "archive_format": "tar"}, "one_extracted", "one.tar.gz"),
        ("three.zip", "three.zip", {"extract": True, "archive_format": ["zip"]}, "three_extracted", "three.zip"),
    ],
)
def test_archives_are_unpacked(server, cache, fname, source, arguments, folder, archive):
    """Places as Keras 3.15.1 gives them."""
    make_tar(server.folder / "one.tar.gz", {"in/x.txt": b"x", "in/y/z.txt": b"z"})
    make_tar(server.folder / "two.tar", {"in/x.txt": b"x", "in/y/z.txt": b"z"})
    with zipfile.ZipFile(server.folder / "three.zip", "w") as made:
        made.writestr("in/x.txt", b"x")
        made.writestr("in/y/z.txt", b"z")
    for _ in range(2):
        path = get_file(fname, server.url + source, cache_dir=cache, **arguments)
        assert path == os.path.join(cache, "datasets", folder)
    assert len(server.requests) == 1
    assert files_below(path) == ["in/x.txt", "in/y/z.txt"]
    assert content(os.path.join(path, "in", "y", "z.txt")) == b"z"
    assert os.path.isfile(os.path.join(cache, "datasets", archive))


def test_archive_is_unpacked_again_where_its_folder_is_gone_or_it_is_new(server, cache):
    make_tar(server.folder / "one.tar", {"x.txt": b"x"})
    get_file("one.tar", server.url + "one.tar", cache_dir=cache)
    path = get_file("one.tar", server.url + "one.tar", cache_dir=cache, extract=True)
    assert len(server.requests) == 1
    with open(os.path.join(path, "mine"), "w") as file:
        file.write("mine")
    make_tar(server.folder / "one.tar", {"x.txt": b"newer"})
    get_file("one.tar", server.url + "one.tar", cache_dir=cache, extract=True, force_download=True)
    assert content(os.path.join(path, "x.txt")) == b"newer"
    assert files_below(path) == ["mine", "x.txt"]


@pytest.mark.parametrize("wanted", ["auto", "zip"])
def test_what_is_no_such_archive(server, cache, wanted):
    source = "a.txt" if wanted == "auto" else "one.tar"
    make_tar(server.folder / "one.tar", {"x.txt": b"x"})
    with pytest.raises(ValueError, match="no archive that can be unpacked"):
        get_file(source, server.url + source, cache_dir=cache, extract=True, archive_format=wanted)


def test_archive_that_leads_out_is_refused(server, cache):
    make_tar(server.folder / "one.tar", {"x.txt": b"x", "../../evil": b"x"})
    with pytest.raises(ValueError, match="points out of"):
        get_file("one.tar", server.url + "one.tar", cache_dir=cache, extract=True)
    assert files_below(cache) == ["datasets/one.tar"]


# --- Wrong arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fname": "a.txt"}, "Pass `origin`"),
        ({}, "Pass `origin`"),
        ({"origin": "http://x.org/"}, "Pass `fname`"),
        ({"origin": "http://x.org/a", "fname": "../b"}, "no path"),
        ({"origin": "http://x.org/a", "fname": "/b"}, "no path"),
        ({"origin": "http://x.org/a", "fname": ".."}, "no path"),
        ({"origin": "http://x.org/a", "hash_algorithm": "crc"}, "hash_algorithm"),
        ({"origin": "http://x.org/a", "extract": True, "archive_format": "rar"}, "archive_format"),
        ({"origin": "http://x.org/a", "extract": True, "archive_format": None}, "archive_format"),
        ({"origin": "x.org", "fname": "a"}, "unknown url type"),
    ],
)
def test_wrong_arguments(cache, arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.utils.get_file(cache_dir=cache, **arguments)
    assert files_below(cache) == []

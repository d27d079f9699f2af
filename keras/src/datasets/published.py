"""Where the files of the data sets are published, and their hashes."""

from keras.src.utils.file_utils import get_file

_TF_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"

# Name of the file: folder of the URL, hash.
FILES = {
    "mnist.npz": (_TF_KERAS, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    "train-labels-idx1-ubyte.gz": (_TF_KERAS, None),
    "train-images-idx3-ubyte.gz": (_TF_KERAS, None),
    "t10k-labels-idx1-ubyte.gz": (_TF_KERAS, None),
    "t10k-images-idx3-ubyte.gz": (_TF_KERAS, None),
    "cifar-10-python.tar.gz": (_TORONTO, "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),
    "cifar-100-python.tar.gz": (_TORONTO, "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"),
    "imdb.npz": (_TF_KERAS, "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"),
    "imdb_word_index.json": (_TF_KERAS, "bfafd718b763782e994055a2d397834f"),
    "reuters.npz": (_TF_KERAS, "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"),
    "reuters_word_index.json": (_TF_KERAS, "4d44cc38712099c9e383dc6e5f11a921"),
    "boston_housing.npz": (_TF_KERAS, "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"),
    "california_housing.npz": (_TF_KERAS, "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"),
}


def fetch(name, fname=None, **options):
    """Path of a published file in the cache.

    Args:
        name: Its name where it is published.
        fname: Its name in the cache, by default the same.
        options: More arguments of `keras.utils.get_file`.
    """
    folder, file_hash = FILES[name]
    return get_file(fname or name, folder + name, file_hash=file_hash, **options)

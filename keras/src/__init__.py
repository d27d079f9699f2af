from keras.src.version import __version__ as __version__

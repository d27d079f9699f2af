"""What a format provides to be one."""

from keras.src.utils.module_utils import LazyModule


class Writer:
    """Writes `Contents` in one format.

    Attributes:
        name: What users call the format.
        packages: Names of the modules that must be installed, each with what `pip install` calls it.
        holds_several: Whether a file may have more than one endpoint.
        loading: How the file is read, as a line of Python with `{path}` in it.
        ending: What the path must end with, or `None`.
    """

    name = loading = ending = None
    packages = {}
    holds_several = False
    options = ()
    """Names of the keyword arguments that `Model.export` passes on."""

    def __init__(self, **options):
        unknown = sorted(set(options) - set(self.options))
        if unknown:
            raise ValueError(
                f"Unknown arguments for the format {self.name!r}: {unknown}. It takes {sorted(self.options) or 'none'}."
            )
        self.chosen = options
        for module, package in self.packages.items():
            if not LazyModule(module).available:
                raise ImportError(
                    f"The format {self.name!r} needs the package {package!r}, which is not installed. Install it with "
                    f"`pip install {package}`, or all that export needs with `pip install keras[export]`."
                )

    def check(self, contents):
        """Raises what the format cannot hold, before anything is written.

        Args:
            contents: `Contents`.
        """
        if not self.holds_several and len(contents.endpoints) > 1:
            raise ValueError(
                f"The format {self.name!r} holds one endpoint. Received: {sorted(contents.endpoints)}. Write a file for each."
            )

    def write(self, contents, path):
        """Writes a file, or a folder.

        Args:
            contents: `Contents`.
            path: Where nothing is yet; it becomes the file once this returns.
        """
        raise NotImplementedError

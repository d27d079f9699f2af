"""Signatures that `api_gen.py` writes into the `.pyi` files: what static tools cannot read off the source.

* A declared op is seen in the source as a function of markers that returns nothing. Its stub has the types that the
  markers stand for, and its results.
* A parameter without an annotation passes for the type of its default (`optimizer="rmsprop"` for a str), and untyped
  code for what is found on some path through it. Classes and functions get stubs in which a parameter takes what it
  takes; attributes are still read off the source, from which the stub of a class inherits.
"""

import ast

KINDS = {
    "Tensor": "_t.TensorLike",
    "Tensor | None": "_t.TensorLike | None",
    "Tensors": "_t.TensorLike",
    "Index": "_t.TensorLike",
    "Index | None": "_t.TensorLike | None",
    "Axis": "_t.Axis",
    "Shape": "_t.Shape",
    "Dtype": "_t.Dtype",
    "DataFormat": "str | None",
    "Padding": "str",
    "Sparse": "bool",
}
"""By the marker of `keras/src/ops/declare.py`."""

CONSTRUCTORS = {"of_rank", "of_function", "with_common_arguments"}
"""Decorators that make the constructor of a class, or add parameters to it."""

OF_NETWORK = "application"
"""Decorator that makes the constructor of a network from the function that stacks its layers."""

AS_THEY_ARE = ("KerasTensor", "Variable")
"""Classes whose source says it all, and of which the source makes instances."""

_PAIR, _LIST, _TUPLE = "tuple[_t.Tensor, _t.Tensor]", "list[_t.Tensor]", "tuple[_t.Tensor, ...]"
RESULTS = {
    **dict.fromkeys(("split", "hsplit", "vsplit", "dsplit", "array_split", "unstack"), _LIST),
    **dict.fromkeys(("nonzero", "unravel_index"), _TUPLE),
    **dict.fromkeys(("top_k", "histogram", "slogdet", "eig", "eigh", "lu_factor", "qr", "moments"), _PAIR),
    **dict.fromkeys(("fft", "fft2", "ifft2", "rfft", "stft", "ctc_decode"), _PAIR),
}
"""Ops that return several tensors, whatever they are called with; the others return one, or a tuple on demand."""

RETURNS = {
    **dict.fromkeys(("backend", "floatx", "image_data_format", "dtype", "standardize_dtype", "result_type"), "str"),
    **dict.fromkeys(("is_tensor", "is_float_dtype", "is_int_dtype", "is_keras_tensor"), "bool"),
    **{"epsilon": "float", "shape": "tuple[Any, ...]", "convert_to_tensor": "_t.Tensor", "cast": "_t.Tensor"},
}
"""Of other functions than declared ops; the rest returns `Any`, since what tools infer of untyped code is often wrong."""

HEADER = "from collections.abc import Sequence\nfrom typing import Any\n\nimport keras._typing as _t\n"


def op_text(name, node):
    """The stub of a declared op under a public name."""
    result = RESULTS.get(node.name, "_t.Tensor")
    return f"def {name}({_parameters(node.args, _op_type)}) -> {result}: ...\n"


def function_text(name, node):
    """The stub of a function whose source would be misread."""
    return f"def {name}({_parameters(node.args, _open_type)}) -> {RETURNS.get(node.name, 'Any')}: ...\n"


def network_text(name, node, default_name, call, common):
    """The stub of the constructor of a network.

    Args:
        name: Public name.
        node: The function that stacks layers; its parameters that other networks lack become some of the constructor.
        default_name: Node of the name of the model.
        call: The call that makes its decorator.
        common: Dict of the parameters of all networks to their defaults.
    """
    own = zip([a.arg for a in node.args.args][::-1], node.args.defaults[::-1])
    defaults = {**common, **{a: ast.literal_eval(d) for a, d in reversed(list(own)) if a not in common}}
    defaults["name"] = ast.literal_eval(default_name)
    order = [ast.literal_eval(k.value).split() for k in call.keywords if k.arg == "order"] or [defaults]
    kinds = {n: "bool" if isinstance(defaults[n], bool) else "Any" for n in order[0]}
    return f"def {name}({', '.join(f'{n}: {kinds[n]} = {defaults[n]!r}' for n in order[0])}) -> Any: ...\n"


def class_text(name, private, bases, methods):
    """The stub of a class: the class of the source, named `private`, with some methods that take what they take."""
    lines = [f"class {name}({', '.join([private, *bases])}):\n"]
    lines += [f"    {text}: ...\n" for text in methods.values()]
    return "".join(lines) if methods else lines[0].rstrip("\n") + " ...\n"


def _method_text(node, more=""):
    result = "None" if node.name == "__init__" else "Any"
    return f"{_prefix(node)}def {node.name}({_parameters(node.args, _open_type)}{more}) -> {result}"


def _op_type(argument, default):
    if argument.annotation is not None:
        text = KINDS.get(ast.unparse(argument.annotation), "Any")
        is_none = isinstance(default, ast.Constant) and default.value is None
        return f"{text} | None" if is_none and text == "_t.TensorLike" else text
    return "_t.Dtype" if argument.arg == "dtype" else _open_type(argument, default)


def _open_type(argument, default):
    if argument.annotation is not None:
        return ast.unparse(argument.annotation)
    return "bool" if isinstance(default, ast.Constant) and isinstance(default.value, bool) else "Any"


def _parameters(arguments, type_of):
    """The parameter list of a stub; `self` and `cls` stay bare."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    parts = [_parameter(a, d, type_of) for a, d in zip(positional, defaults)]
    if arguments.vararg:
        parts.append(f"*{arguments.vararg.arg}: Any")
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += [_parameter(a, d, type_of) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults)]
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.arg}: Any")
    return ", ".join(parts)


def _parameter(argument, default, type_of):
    if argument.arg in ("self", "cls"):
        return argument.arg
    text = f"{argument.arg}: {type_of(argument, default)}"
    if default is None:
        return text
    return f"{text} = {ast.unparse(default) if isinstance(default, ast.Constant) else '...'}"


class Source:
    """Finds definitions in the source tree, through imports."""

    def __init__(self, root):
        self._root = root
        self._modules = {}

    def _module(self, name):
        if name not in self._modules:
            self._modules[name] = self._parsed(name)
        return self._modules[name]

    def _parsed(self, name):
        """The top-level definitions of a module, and where its imported names come from."""
        path = self._root.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        definitions, imported = {}, {}
        for node in ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else ():
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                definitions[node.name] = node
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras.src"):
                imported.update({a.asname or a.name: (node.module, a.name) for a in node.names})
        return definitions, imported

    def value(self, module, name):
        """What a module assigns to a name, where it is written out."""
        tree = ast.parse(self._root.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
        assigned = (n for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", None) == name)
        return ast.literal_eval(next(assigned).value)

    def find(self, module, name):
        """`(module, name, node)` of a class or function, or `None`."""
        definitions, imported = self._module(module)
        if name in definitions:
            return module, name, definitions[name]
        return self.find(*imported[name]) if name in imported else None

    def line_of(self, module, name):
        """The class at a place and the classes behind it, nearest first, each once: those that the source tree has."""
        found = self.find(module, name)
        if found is None or not isinstance(found[2], ast.ClassDef):
            return []
        line = [found]
        for base in found[2].bases:
            if isinstance(base, ast.Name):
                line += [entry for entry in self.line_of(found[0], base.id) if entry not in line]
        return line


class Stubs:
    """Writes the stubs of packages.

    Args:
        root: Folder of the project.
        table: Maps each public name to `(module, symbol)`.
        declared: Function of a module's name that gives the decorators which declare ops there.
    """

    def __init__(self, root, table, declared):
        self._source = Source(root)
        self._declared = declared
        self._decorators = {}
        self._public = {}
        for name, place in sorted(table.items(), key=lambda item: (item[0].count("."), item[0])):
            self._public.setdefault(place, name)

    def member(self, package, short, place):
        """`(imports, definition)` of a public name: source text, the definition empty where the source says it all."""
        module, symbol = place
        found = self._source.find(module, symbol)
        node = found[2] if found else None
        definition = ""
        if isinstance(node, ast.FunctionDef):
            definition = self._function(module, short, node)
        elif self._is_wrapped(place):
            home, _, name = self._public[place].rpartition(".")
            if home != package:
                return f"from {home} import {name} as {short}\n", ""
            return self._class(package, short, place) if name == short else ("", f"{short} = {name}\n")
        return ("", definition) if definition else (f"from {module} import {symbol} as {short}\n", "")

    def _function(self, module, short, node):
        for decorator in node.decorator_list:
            call = self._call_for_network(module, decorator)
            if call is not None:
                common = self._source.value("keras.src.applications.application", "COMMON")
                return network_text(short, node, decorator.args[0], call, common)
        return (op_text if self._is_op(module, node) else function_text)(short, node)

    def _call_for_network(self, module, decorator):
        """The call of `application` behind a decorator, which may be that of a family; else `None`."""
        if _root(decorator) == OF_NETWORK:
            return decorator
        found = self._source.find(module, _root(decorator))
        last = found[2].body[-1] if found is not None else None
        return last.value if isinstance(last, ast.Return) and _root(last.value) == OF_NETWORK else None

    def _is_op(self, module, node):
        if not module.startswith("keras.src.ops."):
            return False
        if module not in self._decorators:
            self._decorators[module] = self._declared(module)
        return any(_root(decorator) in self._decorators[module] for decorator in node.decorator_list)

    def _is_wrapped(self, place):
        found = self._source.find(*place)
        return found is not None and isinstance(found[2], ast.ClassDef) and found[1] not in AS_THEY_ARE

    def _own(self, line):
        """Of the classes behind a public one, those that no other public class stands for."""
        behind = [e for entry in line[1:] if entry[:2] in self._public for e in self._source.line_of(*entry[:2])]
        return [entry for entry in line if entry not in behind]

    def _methods(self, line):
        """The public methods of a class by name, as stubs."""
        found = {}
        for _, _, node in self._own(line):
            decorators = {_root(d) for d in node.decorator_list}
            own = [m for m in node.body if isinstance(m, ast.FunctionDef) and _is_public(m)]
            if decorators & CONSTRUCTORS and not any(m.name == "__init__" for m in own):
                found.setdefault("__init__", "def __init__(self, *args: Any, **kwargs: Any) -> None")
            for method in own:
                grows = CONSTRUCTORS.intersection(map(_root, method.decorator_list))
                found.setdefault(method.name, _method_text(method, ", **kwargs: Any" if grows else ""))
        return found

    def _class(self, package, short, place):
        line = self._source.line_of(*place)
        bases, imports = [], [f"from {place[0]} import {place[1]} as _{short}\n"]
        for entry in line[1:]:
            covered = any(entry in self._source.line_of(*b)[1:] for b in bases)
            if entry[:2] in self._public and self._is_wrapped(entry[:2]) and not covered:
                bases.append(entry[:2])
        names = []
        for base in bases:
            home, _, name = self._public[base].rpartition(".")
            names.append(name)
            if home != package:
                names[-1] = f"_{name}Base"
                imports.append(f"from {home} import {name} as _{name}Base\n")
        return "".join(imports), class_text(short, f"_{short}", names, self._methods(line))


def _root(node):
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", None)


def _is_public(method):
    if any(_root(d) == "property" or getattr(d, "attr", None) == "setter" for d in method.decorator_list):
        return False
    return not method.name.startswith("_") or method.name in ("__init__", "__call__")


def _prefix(method):
    kinds = [_root(d) for d in method.decorator_list if _root(d) in ("classmethod", "staticmethod")]
    return "".join(f"@{kind}\n    " for kind in kinds)

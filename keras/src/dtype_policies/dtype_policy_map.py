"""A dtype policy for each layer of a model, by path."""

from collections.abc import MutableMapping

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.dtype_policies.dtype_policy import DTypePolicy, dtype_policy
from keras.src.dtype_policies.lookup import POLICIES, get, serialize
from keras.src.saving import serialization_lib
from keras.src.utils import patterns


@keras_export("keras.dtype_policies.DTypePolicyMap")
class DTypePolicyMap(DTypePolicy, MutableMapping):
    """A mapping from the paths of layers to their policies; layers that it does not name get the default.

    Args:
        default_policy: A policy or the name of one; the global policy when absent.
        policy_map: Dict from paths, or regular expressions that match whole paths, to policies or their names.

    Example:

    >>> policies = keras.dtype_policies.DTypePolicyMap("float32", {"encoder/.*": keras.DTypePolicy("bfloat16")})
    >>> policies["encoder/dense"], policies["head"]
    (<DTypePolicy "bfloat16">, <DTypePolicy "float32">)
    """

    def __init__(self, default_policy=None, policy_map=None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("`default_policy` of a DTypePolicyMap must be a plain policy. Received another map.")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(
                f"`policy_map` must be a dict. Received: policy_map={policy_map!r} (of type {type(policy_map)})"
            )
        self._given_default = default_policy
        self._policies = dict(policy_map or {})

    @property
    def default_policy(self):
        """Policy of the layers that the map does not name."""
        if self._given_default is not None:
            return get(self._given_default)
        policy = dtype_policy()
        return DTypePolicy(backend.floatx()) if isinstance(policy, DTypePolicyMap) else policy

    @property
    def name(self):
        """`"map_"` and the name of the default policy."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self):
        """Compute dtype of the default policy."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self):
        """Variable dtype of the default policy."""
        return self.default_policy.variable_dtype

    @property
    def quantization_mode(self):
        """Quantization mode of the default policy."""
        return self.default_policy.quantization_mode

    def __getitem__(self, key):
        if key in self._policies:
            return get(self._policies[key])
        matches = [pattern for pattern in self._policies if patterns.fullmatch(pattern, key)]
        if len(matches) > 1:
            raise ValueError(
                f"The path {key!r} matches several entries of the DTypePolicyMap: {matches}. Make them exclusive."
            )
        return get(self._policies[matches[0]]) if matches else self.default_policy

    def __setitem__(self, key, policy):
        if key in self._policies:
            raise ValueError(
                f"The DTypePolicyMap has an entry {key!r} already: {self._policies[key]!r}. Delete it before "
                "setting it anew."
            )
        self._policies[key] = get(policy)

    def __delitem__(self, key):
        del self._policies[key]

    def __contains__(self, key):
        return key in self._policies

    def __len__(self):
        return len(self._policies)

    def __iter__(self):
        return iter(self._policies)

    def get_config(self):
        """Constructor arguments, as a dict."""
        default = self._given_default
        if isinstance(default, DTypePolicy):
            default = serialize(default)
        policies = {k: serialize(p) if isinstance(p, DTypePolicy) else p for k, p in self._policies.items()}
        return {"default_policy": default, "policy_map": policies}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a map from what `get_config` gave."""
        entries = config.get("policy_map") or {}
        policies = {
            key: serialization_lib.deserialize_keras_object(entry, custom_objects=custom_objects)
            if isinstance(entry, dict)
            else entry
            for key, entry in entries.items()
        }
        default = config.get("default_policy")
        return cls(get(default) if isinstance(default, dict) else default, policies)

    def __repr__(self):
        entries = [
            (key, policy.name if isinstance(policy, DTypePolicy) else policy) for key, policy in self._policies.items()
        ]
        return f"<DTypePolicyMap default_policy={self.default_policy.name}, mapping={entries}>"

    __hash__ = None


POLICIES.add(DTypePolicyMap)

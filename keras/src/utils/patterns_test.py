import pytest

import keras
from keras import dtype_policies, optimizers
from keras.src.utils import patterns

ENDLESS = ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*x$", "a*" * 20 + "$", "(?:(a*)*)*$", "([ab]*a)*$", "(?=(a+)+$)x?"]


@pytest.mark.parametrize("pattern", ENDLESS)
@pytest.mark.parametrize("matcher", [patterns.search, patterns.fullmatch])
def test_no_pattern_backtracks_for_ever(pattern, matcher):
    with pytest.raises(ValueError, match="too many ways"):
        matcher(pattern, "a" * 60 + "!")


def test_ordinary_patterns():
    path = "functional/encoder/block_3/attention/query/kernel"
    assert patterns.search("block_[0-9]/attention", path) and not patterns.search("block_[0-2]/", path)
    assert patterns.fullmatch(".*/block_\\d+/.*", path) and not patterns.fullmatch("block_\\d+", path)
    assert patterns.search("^(?!.*bias).*$", path)
    assert patterns.fullmatch("(functional|model)/.*attention.*query.*kernel", path)


@pytest.mark.parametrize("pattern", ["(a", "a" * 10**5, "(" * 1999, None, 3])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match="pattern|expression") as refusal:
        patterns.search(pattern, "a" * 60)
    assert len(str(refusal.value)) < 1000


def test_configs_with_endless_patterns_are_refused():
    path = "a" * 60 + "!"
    with pytest.raises(ValueError, match="too many ways"):
        dtype_policies.DTypePolicyMap(policy_map={"(a+)+$": keras.DTypePolicy("float16")})[path]
    with pytest.raises(ValueError, match="too many ways"):
        optimizers.OptimizerMap(optimizers.SGD(), {"(a+)+$": optimizers.SGD()})[path]

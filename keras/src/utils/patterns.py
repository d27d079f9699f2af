"""Regular expressions that may come from a file, matched in bounded time.

Python's matcher tries one way after the other, and for some patterns, `(a+)+$` say, the ways double with each character of
the text. They are counted beforehand, from above, and a pattern with too many is refused.
"""

import functools
import re
from re import _constants as codes
from re import _parser as parser

MOST_WAYS = 10**9
LONGEST_PATTERN = 2000
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_ASSERTIONS = (codes.ASSERT, codes.ASSERT_NOT)


def search(pattern, text):
    """Whether a regular expression matches somewhere in a text.

    Raises:
        ValueError: The pattern is no regular expression, or could match in too many ways.
    """
    return _checked(pattern, len(text)).search(text) is not None


def fullmatch(pattern, text):
    """Whether a regular expression matches all of a text; raises as `search` does."""
    return _checked(pattern, len(text)).fullmatch(text) is not None


@functools.lru_cache(maxsize=1024)
def _checked(pattern, length):
    compiled, parsed = _parsed(pattern)
    if _ways(parsed, length) > MOST_WAYS:
        raise ValueError(
            f"The pattern {pattern[:200]!r} could match a text of {length} characters in too many ways. Write it with "
            "fewer repetitions within each other."
        )
    return compiled


@functools.lru_cache(maxsize=256)
def _parsed(pattern):
    if not isinstance(pattern, str):
        raise ValueError(f"A regular expression is a string. Received: {pattern!r} of {type(pattern)}")
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"The pattern {pattern[:60]!r}... has {len(pattern)} characters, more than {LONGEST_PATTERN}.")
    try:
        return re.compile(pattern), parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"The pattern {pattern[:200]!r} is no regular expression: {error}") from error


def _ways(items, length):
    """An upper bound of the ways in which items may match in a text of some length, at most a bit above `MOST_WAYS`."""
    ways = 1
    for code, argument in items:
        ways = min(ways * _ways_of(code, argument, length), MOST_WAYS + 1)
    return ways


def _ways_of(code, argument, length):
    if code is codes.BRANCH:
        return sum(_ways(branch, length) for branch in argument[1])
    if code in _REPEATS:
        least, most, body = argument
        times = min(most, length)
        return _ways(body, length) ** min(times, 64) * (max(times - least, 0) + 1)
    body = _body(code, argument)
    return 1 if body is None else _ways(body, length)


def _body(code, argument):
    """The items in a group or an assertion; None in what has none."""
    if code is codes.SUBPATTERN:
        return argument[3]
    if code in _ASSERTIONS:
        return argument[1]
    return argument if isinstance(argument, parser.SubPattern) else None

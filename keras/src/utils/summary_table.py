"""A table as wide as the terminal, with the colours that it has."""

import re
import shutil

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Place of the column that tells connections, or of `Trainable` where there are none.
_CONNECTIONS = 3
# Fractions of the line at which columns end, and the longest line that is taken without need, by number of columns and
# whether the last one but `Trainable` tells connections.
_USUAL = {
    (3, False): ((0.45, 0.785, 1.0), 88),
    (4, True): ((0.3, 0.56, 0.73, 1.0), 108),
    (4, False): ((0.4, 0.715, 0.885, 1.0), 88),
    (5, True): ((0.267, 0.505, 0.66, 0.892, 1.0), 120),
}
_SHORTEST_LINE = 20
# What stands between the line and the right edge of a terminal.
_MARGIN = 4
_STYLES = ((r"(?<=\()\w+(?=\)$)", "cyan"), (r"\b\d+(,\d{3})*\b", "green"), (r"\bNone\b", "blue"), (r"^[YN]$", "bold"))


class SummaryTable:
    """Rows of text under titles.

    Args:
        titles: Pairs of the title of a column and its alignment.
        rows: Lists of strings, one for each column.
        connected: Whether a column tells what layers are connected to.
    """

    def __init__(self, titles, rows, connected):
        self.titles = titles
        self.rows = rows
        self.connected = connected

    def rendered(self, heading, totals, line_length, positions, colored):
        """The text of a heading, the table and lines below it."""
        widths = self._widths(line_length, positions)
        # A frame takes three characters for each column, and one.
        line = max(sum(widths) + 3 * len(widths) + 1, _SHORTEST_LINE, *map(len, totals))
        console = Console(width=line, height=25, force_terminal=colored, force_jupyter=False, highlight=False)
        with console.capture() as capture:
            console.print(Text(heading, style="bold"), soft_wrap=True)
            console.print(self._table(widths))
            for text in totals:
                console.print(_styled(text))
        return capture.get()

    def _table(self, widths):
        table = Table(show_lines=True)
        for (title, align), width in zip(self.titles, widths):
            table.add_column(Text(title, style="bold"), justify=align, width=width)
        for row in self.rows:
            table.add_row(*map(_styled, row))
        return table

    def _widths(self, line_length, positions):
        """Widths of the columns: those that were asked for, else those that cut nothing while there is room."""
        usual, longest = _USUAL[len(self.titles), self.connected]
        if positions is not None:
            _check(positions, len(self.titles))
            return _between(positions, line_length or min(terminal_line(), longest))
        line = line_length or min(terminal_line(), longest)
        room = max((line_length or terminal_line()) - line, 0)
        return _fitted(_between(usual, line), *self._needs(), room)

    def _needs(self):
        """The longest word and the longest text of each column."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.titles)
        cells = [(title, *column) for (title, _), column in zip(self.titles, columns)]
        words = [max(len(word) for cell in column for word in re.findall(r"^ *\S+|\S+", cell)) for column in cells]
        return words, [max(map(len, column)) for column in cells]


def terminal_line():
    """Number of characters of a line that fits into the terminal."""
    return max(shutil.get_terminal_size().columns - _MARGIN, _SHORTEST_LINE)


def _check(positions, count):
    if len(positions) != count:
        raise ValueError(
            f"`positions` must hold {count} fractions, one for each column. Received: positions={positions}"
        )


def _between(positions, line):
    """Widths of columns that end at these positions of a line."""
    ends = [int(p * line) if p <= 1 else int(p) for p in positions]
    widths = [end - start - 3 for start, end in zip([0, *ends], ends)]
    widths[-1] -= 1
    return [max(width, 1) for width in widths]


def _fitted(widths, words, texts, room):
    """Widths with which no word is cut: the line grows, columns give what they do not need, then they wrap.

    Args:
        widths: Widths to begin with.
        words: Longest word of each column, which is cut where the column is narrower.
        texts: Longest text of each column, which is wrapped where the column is narrower.
        room: Number of characters by which the line may grow.
    """
    widths = list(widths)
    for floors in (texts, words):
        # Connections come first: a name that is cut there is told nowhere. Then those that lack least.
        for i in sorted(range(len(widths)), key=lambda i: (i != _CONNECTIONS, words[i] - widths[i])):
            missing = max(words[i] - widths[i], 0)
            grown = min(missing, room)
            # Columns wrap for one that then is whole, not for one that would be cut all the same.
            if floors is texts or missing - grown <= _spare(widths, floors):
                room -= grown
                widths[i] += grown + _taken(widths, floors, missing - grown)
    return widths


def _spare(widths, floors):
    return sum(max(width - floor, 0) for width, floor in zip(widths, floors))


def _taken(widths, floors, wanted):
    """Takes up to a number of characters from columns that are wider than their floors; how many there were."""
    taken = 0
    for i, floor in enumerate(floors):
        share = min(max(widths[i] - floor, 0), wanted - taken)
        widths[i] -= share
        taken += share
    return taken


def _styled(text):
    styled = Text(text)
    for pattern, style in _STYLES:
        styled.highlight_regex(pattern, style)
    return styled

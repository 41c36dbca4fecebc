"""The results of a run, quantity by quantity: in memory as they come, on disk once they are many.

Parts may come in any order. Those that wait in memory are written together as *pieces*: plain ``.npy`` files, each with
float64[R, n], the rows of :class:`Layout` for n draws in a row. A quantity is read by its row from every piece, so that
memory holds one quantity over all draws, or all quantities over a few draws, and never both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import numpy as np

from offramp.explore.folder import Folder, PieceFile
from offramp.explore.job import Part
from offramp.explore.layout import Layout
from offramp.explore.portions import Portion
from offramp.explore.table import Table
from offramp.game.game import Floats

WAITING_DRAWS = 65_536
"""Most draws that wait in memory; a run that has no more never touches the disk."""

CHECKPOINT_DRAWS = 16_384
CHECKPOINT_SECONDS = 10.0
"""So many draws, or seconds of work, are lost at most when a run with a checkpoint is killed."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The results of ``count`` draws from number ``first`` on: in memory, or in a file."""

    first: int
    count: int
    source: Floats | PieceFile

    def read(self, rows: slice, draws: slice) -> Floats:
        """float64[rows, draws] of the piece."""
        if isinstance(self.source, PieceFile):
            return self.source.read(rows)[:, draws]
        part: Floats = self.source[rows, draws]
        return part


@dataclass(eq=False)
class Columns:
    """Where the parts of a run are gathered, and read again.

    Attributes
    ----------
    layout : Layout
    folder : Folder
        Where pieces are written; a checkpoint's may hold pieces already.
    """

    layout: Layout
    folder: Folder
    _pieces: list[Piece] = field(default_factory=list)
    _waiting: dict[int, Piece] = field(default_factory=dict)
    _written_at: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self._pieces = [Piece(each.first, each.count, each) for each in self.folder.found(self.layout.num_rows)]

    def add(self, part: Part) -> None:
        """Take the results of a portion that is not there yet; writes what waits when it is due."""
        self._waiting[part.portion.first] = Piece(part.portion.first, part.portion.count, part.matrix)
        waiting = sum(piece.count for piece in self._waiting.values())
        late = self.folder.lasts and monotonic() - self._written_at > CHECKPOINT_SECONDS
        if late or waiting > (CHECKPOINT_DRAWS if self.folder.lasts else WAITING_DRAWS):
            self.write()

    def write(self) -> None:
        """Write all that waits in memory."""
        for run in _runs(sorted(self._waiting.values(), key=_first)):
            values = np.concatenate([piece.read(slice(None), slice(None)) for piece in run], axis=1)
            file = self.folder.write(run[0].first, values)
            self._pieces.append(Piece(file.first, file.count, file))
        self._waiting.clear()
        self._written_at = monotonic()

    def missing(self, num_draws: int) -> Iterator[Portion]:
        """The ranges of draws below ``num_draws`` that are not there, in order."""
        done = 0
        for piece in self._in_order():
            if min(piece.first, num_draws) > done:
                yield Portion(done, min(piece.first, num_draws) - done)
            done = max(done, piece.first + piece.count)
        if done < num_draws:
            yield Portion(done, num_draws - done)

    def matrix(self, rows: slice, draws: Portion) -> Floats:
        """float64[rows, draws]: some quantities over some draws, which must all be there."""
        first, stop = draws.first, draws.first + draws.count
        start, end, _ = rows.indices(self.layout.num_rows)
        values = np.empty((end - start, draws.count))
        for piece in self._in_order():
            low, high = max(first, piece.first), min(stop, piece.first + piece.count)
            if low < high:
                inside = slice(low - piece.first, high - piece.first)
                values[:, low - first : high - first] = piece.read(rows, inside)
        return values

    def table(self, draws: Portion) -> Table:
        """All quantities over some draws, which must all be there."""
        return self.layout.table(self.matrix(slice(None), draws))

    def _in_order(self) -> list[Piece]:
        return sorted([*self._pieces, *self._waiting.values()], key=_first)


def _first(piece: Piece) -> int:
    return piece.first


def _runs(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Pieces in order, cut where draws are missing in between."""
    run: list[Piece] = []
    for piece in pieces:
        if run and run[-1].first + run[-1].count != piece.first:
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that are read when they are asked for, each float64[B]; it stands where a table has float64[n, B]."""

    columns: Columns
    start: int
    stop: int
    num_draws: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, row: int) -> Floats:
        if not 0 <= row < len(self):
            raise IndexError(f"no row {row} of {len(self)}")
        here = slice(self.start + row, self.start + row + 1)
        values: Floats = self.columns.matrix(here, Portion(0, self.num_draws))[0]
        return values

    def __iter__(self) -> Iterator[Floats]:
        return (self[row] for row in range(len(self)))


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A :class:`Table` of which one row at a time is in memory; the fields are the same."""

    answers: Rows
    conditions: Rows
    outcomes: Rows
    reached: Rows
    choices: Rows
    breaks: Rows
    payoffs: Rows
    max_regret: Rows
    residual: Rows
    status: Rows
    precision: Rows
    steps: Rows
    jumps: Rows
    method: Rows

    @property
    def num_draws(self) -> int:
        return self.status.num_draws

    @property
    def columns(self) -> Columns:
        """Where the rows are read."""
        return self.status.columns

    @classmethod
    def of(cls, columns: Columns, num_draws: int) -> StoredTable:
        """The first ``num_draws`` draws of ``columns``."""
        rows = columns.layout.rows.items()
        return cls(**{name: Rows(columns, start, stop, num_draws) for name, (start, stop) in rows})

    def whole(self) -> Table:
        """All of it in memory."""
        return self.columns.table(Portion(0, self.num_draws))

    def on_path(self, move: int, choice: int) -> Floats:
        """float64[B]: as :meth:`Table.on_path`."""
        through: Floats = np.nan_to_num(self.reached[move] * self.choices[choice])
        return through

"""The rows of a table one below the other: results of many draws as one matrix, which is easy to send and to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from offramp.explore.paths import Paths
from offramp.explore.table import Table, empty_table
from offramp.game.game import Floats


@dataclass(frozen=True)
class Layout:
    """Which rows of the matrix belong to which field of :class:`Table`: start and stop, by field, in its order."""

    rows: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, paths: Paths) -> Layout:
        """The layout of the tables of one structure."""
        nothing = empty_table(paths, 0)
        rows, start = {}, 0
        for field in fields(nothing):
            stop = start + len(getattr(nothing, field.name))
            rows[field.name] = (start, stop)
            start = stop
        return cls(rows)

    @property
    def num_rows(self) -> int:
        return max(stop for _, stop in self.rows.values())

    def matrix(self, table: Table) -> Floats:
        """float64[R, B]: the rows of ``table``, one below the other."""
        return np.concatenate([getattr(table, name) for name in self.rows], dtype=np.float64)

    def table(self, matrix: Floats) -> Table:
        """The table whose rows are those of ``matrix``, float64[R, B] (views, no copies)."""
        return Table(**{name: matrix[start:stop] for name, (start, stop) in self.rows.items()})

"""Whose turn it is: people take turns, and each person's jobs are done in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Asker = TypeVar("Asker", bound=Hashable)


def in_turn(waiting: Iterable[tuple[int, Asker]], served: Mapping[Asker, float]) -> list[int]:
    """The numbers of jobs in the order in which they will begin.

    Who was served longest ago, or never, comes first; then the others, one job each; then the second jobs, and so on.
    So nobody waits for more than one job of everyone else.

    Parameters
    ----------
    waiting : iterable of (int, asker)
        The number of each job and who asked for it. Greater numbers were asked for later.
    served : mapping of asker to float
        When a job of theirs last began; who is missing was never served.

    Examples
    --------
    >>> in_turn([(1, "ann"), (2, "ann"), (3, "ann"), (4, "ben")], {"ann": 10.0})
    [4, 1, 2, 3]
    """
    jobs: dict[Asker, list[int]] = {}
    for number, asker in sorted(waiting, key=lambda each: each[0]):
        jobs.setdefault(asker, []).append(number)
    askers = sorted(jobs, key=lambda asker: (served.get(asker, float("-inf")), jobs[asker][0]))
    longest = max(map(len, jobs.values()), default=0)
    return [jobs[asker][turn] for turn in range(longest) for asker in askers if turn < len(jobs[asker])]

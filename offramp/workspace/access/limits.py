"""How often one may ask: buckets of tokens, and waits that grow with every wrong password.

All in memory, and bounded: where there are too many buckets, those that were used longest ago are forgotten.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_KEPT = 10_000
"""Buckets, and people or addresses whose wrong passwords are counted."""

Clock = Callable[[], float]


class Buckets:
    """For each who asks a bucket of requests, filled evenly, emptied by asking.

    Parameters
    ----------
    a_minute : float
        Requests that come in, and that a bucket holds.
    clock : callable
        Seconds.
    """

    def __init__(self, a_minute: float, clock: Clock = time.monotonic) -> None:
        self._most = float(a_minute)
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: Hashable) -> float:
        """Take one request out of the bucket of ``who``: 0 where there was one, else the seconds until there is."""
        with self._lock:
            moment = self._clock()
            left, since = self._kept.pop(who, (self._most, moment))
            left = min(self._most, left + (moment - since) * self._most / 60)
            taken = left >= 1
            self._kept[who] = (left - 1 if taken else left, moment)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return 0.0 if taken else (1 - left) * 60 / self._most

    def __len__(self) -> int:
        return len(self._kept)


class Attempts:
    """Wrong passwords, and how long who gave them must wait.

    Parameters
    ----------
    free : int
        That cost nothing: people mistype.
    longest : float
        Seconds of the longest wait; after twice as long without a wrong password all is forgotten.
    clock : callable
        Seconds.
    """

    def __init__(self, free: int, longest: float, clock: Clock = time.monotonic) -> None:
        self._free = free
        self._longest = longest
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: Hashable) -> float:
        """Seconds until ``who`` may try again; 0 for now."""
        with self._lock:
            count, last = self._kept.get(who, (0, 0.0))
            if count < self._free:
                return 0.0
            pause = min(self._longest, 2.0 ** min(count - self._free, 30))
            return max(0.0, last + pause - self._clock())

    def failed(self, who: Hashable) -> None:
        """Count a wrong password."""
        with self._lock:
            moment = self._clock()
            count, last = self._kept.pop(who, (0, moment))
            stale = moment - last > 2 * self._longest
            self._kept[who] = (1 if stale else count + 1, moment)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def succeeded(self, who: Hashable) -> None:
        """Forget the wrong passwords of ``who``."""
        with self._lock:
            self._kept.pop(who, None)


def in_whole_seconds(wait: float) -> str:
    """A wait as ``Retry-After`` has it."""
    return str(max(1, math.ceil(wait)))

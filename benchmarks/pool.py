"""Another program at work on all cores: each process has one structure in hand and is given game after game."""

from __future__ import annotations

from multiprocessing import TimeoutError as OutOfTime
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks.peer import Solver
from offramp.game.game import Floats
from random_games import RandomGame

SETUP_SECONDS = 60.0
"""For starting processes, importing and compiling, which is not counted in a peer's time."""


class Attempt(NamedTuple):
    """What a program made of one game; seconds are those of its process, for solving and for setting the numbers."""

    draw: int
    seconds: float
    setting_seconds: float
    behaviours: list[Floats]
    error: str


class Task(NamedTuple):
    """One game to solve."""

    draw: int
    payoffs: Floats
    chance: Floats
    repeats: int


class Worker:
    """What a process of the pool keeps between games."""

    solver: Solver | None = None
    error = ""


def attempt_games(peer_name: str, games: RandomGame, count: int, seconds: float, workers: int) -> list[Attempt]:
    """The first ``count`` games as far as they are done when time is up; those then in the works are left out."""
    from benchmarks.peers import PEERS

    repeats = PEERS[peer_name].repeats
    tasks = [Task(draw, games.payoffs[draw], games.chance[draw], repeats) for draw in range(count)]
    begin = (peer_name, RandomGame(games.game, games.payoffs[:1], games.chance[:1]))
    attempts: list[Attempt] = []
    with get_context("spawn").Pool(workers, _begin, begin) as pool:
        try:
            pool.apply_async(_ready).get(timeout=SETUP_SECONDS)
        except OutOfTime:
            return attempts
        deadline = perf_counter() + seconds
        coming = pool.imap_unordered(attempt_game, tasks)
        while len(attempts) < count:
            try:
                attempts.append(coming.next(timeout=max(0.0, deadline - perf_counter())))
            except OutOfTime:
                break
    return attempts


def _begin(peer_name: str, first: RandomGame) -> None:
    """Set up a process; what goes wrong is told with every game, since a pool starts a process that fails anew."""
    from benchmarks.peers import PEERS

    try:
        Worker.solver = PEERS[peer_name].start(first.game, first.payoffs[0], first.chance[0])
    except Exception as error:
        Worker.error = _told(error)


def _ready() -> None:
    """Done as soon as a process is set up."""


def attempt_game(task: Task) -> Attempt:
    """Solve one game ``repeats`` times; an exception of the program is a failure of the program."""
    solver, nothing = Worker.solver, (float("nan"), float("nan"), list[Floats]())
    if solver is None:
        return Attempt(task.draw, *nothing, Worker.error)
    try:
        setting, times = perf_counter(), []
        solver.set_numbers(task.payoffs, task.chance)
        setting = perf_counter() - setting
        for _ in range(task.repeats):
            start = perf_counter()
            found = solver.solve()
            times.append(perf_counter() - start)
        return Attempt(task.draw, median(times), setting, solver.behaviours(found), "")
    except Exception as error:
        return Attempt(task.draw, *nothing, _told(error))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

"""Another program at work on all cores: each process has one structure in hand and is given game after game.

A process that does not come back from a game is ended and replaced, so that a program that loops on some games is still
timed on the others.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks.peer import Peer, Solver
from offramp.game.game import Floats
from random_games import RandomGame

SETUP_SECONDS = 60.0
"""For starting a process, importing and compiling, which is not counted in a peer's time."""

NOT_RUN = float("nan")


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


class Hand:
    """A process of a peer and the game that it has in hand."""

    def __init__(self, peer: Peer, games: RandomGame) -> None:
        context = get_context("spawn")
        self.line, end = context.Pipe()
        first = RandomGame(games.game, games.payoffs[:1], games.chance[:1])
        self.process = context.Process(target=serve, args=(peer.name, first, end), daemon=True)
        self.process.start()
        end.close()
        self.peer = peer
        self.task: Task | None = None
        self.ready = self.ended = False
        self.due = perf_counter() + SETUP_SECONDS

    def give(self, task: Task) -> None:
        self.task, self.due = task, perf_counter() + self.peer.game_cap
        self.line.send(task)

    def take(self) -> Attempt | None:
        """What it made of its game, or None if it has just been set up."""
        try:
            told = self.line.recv()
        except EOFError:
            told = "its process ended without a word"
        if isinstance(told, Attempt):
            self.task = None
            return told
        self.ready = told == ""
        return None if self.ready else self.failed(told)

    def failed(self, error: str) -> Attempt:
        """A failure on the game in hand, or to be set up at all (draw -1)."""
        return failure(self.task.draw if self.task else -1, error)

    def end(self) -> None:
        self.ended = True
        self.process.kill()
        self.process.join()
        self.line.close()


def failure(draw: int, error: str) -> Attempt:
    return Attempt(draw, NOT_RUN, NOT_RUN, [], error)


def attempt_games(peer: Peer, games: RandomGame, count: int, seconds: float, workers: int) -> list[Attempt]:
    """The first ``count`` games as far as they are done when time is up; those then in hand are left out.

    Time counts from the moment at which the first process is set up.
    """
    tasks = deque(Task(draw, games.payoffs[draw], games.chance[draw], peer.repeats) for draw in range(count))
    hands = [Hand(peer, games) for _ in range(workers)]
    attempts: list[Attempt] = []
    deadline = float("inf")
    try:
        while (tasks or any(hand.task for hand in hands)) and perf_counter() < deadline:
            _collect(hands, attempts)
            if attempts and attempts[-1].draw < 0:
                break
            hands = [Hand(peer, games) if hand.ended else hand for hand in hands]
            if deadline == float("inf") and any(hand.ready for hand in hands):
                deadline = perf_counter() + seconds
            for hand in hands:
                if tasks and hand.ready and hand.task is None:
                    hand.give(tasks.popleft())
    finally:
        for hand in hands:
            hand.end()
    return attempts


def _collect(hands: list[Hand], attempts: list[Attempt]) -> None:
    """Wait for something to be done, and end those whose time is up."""
    waiting: list[Connection] = wait([hand.line for hand in hands], timeout=0.2)  # type: ignore[assignment]
    for hand in hands:
        told = hand.take() if hand.line in waiting else None
        overdue = (hand.task is not None or not hand.ready) and perf_counter() > hand.due and not told
        if overdue:
            told = hand.failed(f"it did not come back within {hand.peer.game_cap if hand.ready else SETUP_SECONDS:g} s")
        if told is not None:
            attempts.append(told)
            if hand.task is not None or not hand.ready:
                hand.end()


def serve(peer_name: str, first: RandomGame, line: Connection) -> None:
    """What a process does: set up, say so, and solve what it is given."""
    from benchmarks.peers import PEERS

    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the program prints is no part of our output
    try:
        solver = PEERS[peer_name].start(first.game, first.payoffs[0], first.chance[0])
    except Exception as error:
        line.send(_told(error))
        return
    line.send("")
    while True:
        line.send(attempt_game(solver, line.recv()))


def attempt_game(solver: Solver, task: Task) -> Attempt:
    """Solve one game ``repeats`` times; an exception of the program is a failure of the program."""
    times = []
    try:
        start = perf_counter()
        solver.set_numbers(task.payoffs, task.chance)
        setting = perf_counter() - start
        for _ in range(task.repeats):
            start = perf_counter()
            found = solver.solve()
            times.append(perf_counter() - start)
        return Attempt(task.draw, median(times), setting, solver.behaviours(found), "")
    except Exception as error:
        return failure(task.draw, _told(error))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

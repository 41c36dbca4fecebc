"""Arithmetic on draws side by side, compiled and plain, and the queue that threads share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from offramp.arrays import Floats
from offramp.solve import driver
from offramp.solve.api import solve
from offramp.solve.dense import eliminate
from offramp.solve.jit import lean
from offramp.solve.lanes import (
    WIDTH,
    Longs,
    Number,
    aligned,
    anywhere,
    claim,
    exp,
    get,
    log,
    log1p,
    magnitude,
    maximum,
    negate,
    put,
    root,
    rows,
    where,
)
from random_games import CLASSES

EPS = float(np.finfo(np.float64).eps)


@lean
def apply(values: Floats, found: Floats) -> None:
    """Every function on the first row of ``values``; ``found`` has a row for each."""
    x = get(values, 0)
    size = magnitude(x)
    put(found, 0, exp(x))
    put(found, 1, log(size))
    put(found, 2, log1p(where(size <= 1.0, size, 0.5)))
    put(found, 3, root(size))
    put(found, 4, maximum(x, -x))
    put(found, 5, where((x > 0.0) & negate(x >= 1.0), x + 1.0, x * 2.0 - 3.0 / x))
    put(found, 6, where((x < 0.0) | (x == 1.0), 1.0, 0.0))
    put(found, 7, 1.0 if anywhere(x != 1.0) else 0.0)


def expected(x: Floats) -> Floats:
    """The same by numpy."""
    size = np.abs(x)
    mixed = np.where((x > 0) & (x < 1), x + 1, x * 2 - 3 / x)
    logs = np.log1p(np.where(size <= 1, size, 0.5))
    return np.array([np.exp(x), np.log(size), logs, np.sqrt(size), size, mixed, (x < 0) | (x == 1), x != 1])


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 50.0, 650.0])
def test_functions_of_lanes_are_those_of_numbers(scale: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        values, found = rows(1, True), rows(8, True)
        values[:] = scale * rng.normal(size=(1, WIDTH)).clip(-1.0, 1.0)
        values[0, 0] = 1.0
        apply(values, found)
        wanted = expected(values[0])
        wanted[7] = wanted[7].any()
        np.testing.assert_allclose(found, wanted, rtol=4 * EPS, atol=1e-300)


def test_functions_of_one_number_are_the_same_code() -> None:
    for x in (-3.0, 0.25, 1.0, 7.5):
        found = np.zeros(8)
        apply(np.array([x]), found)
        np.testing.assert_allclose(found, expected(np.array([x]))[:, 0], rtol=4 * EPS)


@pytest.mark.compiled
def test_the_exponential_ends_where_numbers_do() -> None:
    values, found = rows(1, True), rows(8, True)
    values[0, :5] = -np.inf, -1e300, -746.0, 709.0, 800.0
    apply(values, found)
    assert found[0, :3].tolist() == [0.0, 0.0, 0.0]
    assert found[0, 3] == pytest.approx(np.exp(709.0), rel=4 * EPS)
    assert found[0, 4] == found[0, 3]


@lean
def solve_systems(matrix: Floats, size: int, signs: Floats) -> None:
    """Eliminate; write the determinants' signs to the one row of ``signs``."""
    sign: Number = eliminate(matrix, size, size + 2)
    put(signs, 0, sign)


def test_systems_side_by_side_are_solved_each_with_its_own_pivots() -> None:
    rng = np.random.default_rng(5)
    for size in (1, 2, 5, 12):
        systems = rng.normal(size=(WIDTH, size, size + 2)) * 10.0 ** rng.integers(-6, 7, size=(WIDTH, size, 1))
        systems[0, :, 0] *= 1e-14  # hardly anything to pivot on at first
        matrix, signs = aligned((size, size + 2, WIDTH)), rows(1, True)
        matrix[:] = systems.transpose(1, 2, 0)
        solve_systems(matrix, size, signs)
        for lane, system in enumerate(systems):
            square, right = system[:, :size], system[:, size:]
            solution = np.linalg.solve(square, right)
            assert signs[0, lane] == np.linalg.slogdet(square)[0]
            scale = np.abs(square) @ np.abs(solution) + np.abs(right)
            assert (np.abs(square @ matrix[:, size:, lane] - right) <= 1e-12 * scale).all()


def test_a_singular_system_is_told_in_its_own_lane() -> None:
    matrix, signs = aligned((2, 4, WIDTH)), rows(1, True)
    matrix[0, 0] = matrix[1, 1] = 1.0
    matrix[1, :, 3] = 0.0
    matrix[:, :2, 4] = 1.0
    matrix[:, :2, 5] = np.nan
    with np.errstate(all="ignore"):
        solve_systems(matrix, 2, signs)
    assert np.flatnonzero(signs[0] != 1.0).tolist() == [3, 4, 5]
    assert (signs[0, 3:5] == 0.0).all()


@lean
def take_all(counter: Longs, taken: Longs) -> None:
    """Mark what this thread claims, one by one."""
    while True:
        mine = claim(counter, 1)
        if mine >= len(taken):
            return
        taken[mine] += 1


@pytest.mark.compiled
def test_threads_share_a_queue_without_taking_anything_twice() -> None:
    counter, taken = np.zeros(1, dtype=np.int64), np.zeros(400_000, dtype=np.int64)
    take_all(np.array([0], dtype=np.int64), taken[:0])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: take_all(counter, taken), range(4)))
    assert (taken == 1).all()


def test_rows_begin_with_a_line_of_memory() -> None:
    for count in (1, 3, 1000):
        assert rows(count, True).ctypes.data % 64 == 0
        assert rows(count, True).flags.c_contiguous


@pytest.mark.compiled
@pytest.mark.parametrize("precision", [None, 20.0])
@pytest.mark.parametrize("name", CLASSES)
def test_draws_side_by_side_end_where_draws_alone_do(
    name: str, precision: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tracers with steps of their own: large games are traced draw by draw."""
    game, payoffs, chance = CLASSES[name](seed=8, num_draws=40)
    abreast = solve(game, payoffs, chance, precision=precision)
    monkeypatch.setattr(driver, "ABREAST_LIMIT", 0)
    alone = solve(game, payoffs, chance, precision=precision)
    assert abreast.converged.all()
    assert alone.converged.all()
    np.testing.assert_allclose(abreast.strategies, alone.strategies, atol=1e-8)

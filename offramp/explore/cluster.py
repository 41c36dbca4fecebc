"""Portions on the workers of a Dask cluster.

The job is a task of its own, on which every portion depends, so that a worker that comes late gets it and one that is
lost takes nothing along: Dask does again what it had. A part counts when it arrives here, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from offramp import __version__
from offramp.errors import OfframpError, RunError
from offramp.explore.job import Job, Part
from offramp.explore.lanes import Failed, Tell, raise_first
from offramp.explore.portions import Portion, Queue

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 15.0
"""How long a cluster and its first worker are waited for."""

AHEAD = 4
"""Portions that may be begun past the first that is not done, for each thread of the workers."""


def on_cluster(job: Job, portions: Iterable[Portion], cluster: str | Client, tell: Tell) -> None:
    """The parts of ``portions`` as they come.

    Parameters
    ----------
    cluster : str or distributed.Client
        The address of a scheduler, such as ``tcp://10.0.0.7:8786``, or a client that is connected to one.

    Raises
    ------
    RunError
        If ``distributed`` is not installed here, the cluster cannot be used, or it gives up.
    """
    with _connected(cluster) as client:
        _gather(client, job, portions, tell)


def _gather(client: Client, job: Job, portions: Iterable[Portion], tell: Tell) -> None:
    from distributed import as_completed

    there = client.submit(_kept, job, __version__, pure=False)
    queue = Queue(portions, AHEAD * _threads(client))
    asked: dict[Future, Portion] = {}
    failures: list[Failed] = []

    def ask() -> list[Future]:
        """Ask for as many portions as may be begun."""
        begun = {client.submit(_part, there, each, pure=False): each for each in iter(queue.take, None)}
        asked.update(begun)
        return list(begun)

    completed = as_completed(ask(), loop=client.loop)
    try:
        for future in completed:
            portion = asked.pop(future)
            try:
                tell(_result(future))
            except Exception as error:  # raised below, once no earlier portion can fail
                failures.append(Failed(portion, error))
            queue.done(portion)
            if not failures:
                completed.update(ask())
    finally:
        client.cancel(list(asked))
    raise_first(failures)


def _kept(job: Job, version: str) -> Job:
    """The job, on a worker; raises RunError where another offramp is installed there."""
    if version != __version__:
        raise RunError(f"a Dask worker has offramp {__version__} and this is {version}; install the same on both")
    return job


def _part(job: Job, portion: Portion) -> Part:
    """A portion, on a worker."""
    return job.part(portion)


def _result(future: Future) -> Part:
    """A part, or the error as it is where it is about the run; a RunError where the cluster is in trouble."""
    from distributed import KilledWorker

    try:
        part: Part = future.result()
    except (OfframpError, MemoryError):
        raise
    except KilledWorker:
        raise RunError(
            "the cluster lost several workers over the same draws; see whether their memory runs out"
        ) from None
    except Exception as error:
        raise RunError(f"the cluster gave up ({type(error).__name__}: {error}); see its workers' logs") from error
    return part


@contextmanager
def _connected(cluster: str | Client) -> Iterator[Client]:
    """A client of the cluster; one that was made here is closed again."""
    try:
        from distributed import Client
    except ImportError:
        raise RunError("Dask is not installed; get it with: pip install 'offramp[dask]'") from None
    if isinstance(cluster, Client):
        yield cluster
        return
    try:
        client = Client(cluster, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(f"no Dask scheduler answers at {cluster!r} ({error}); start one with: dask scheduler") from None
    with client:
        yield client


def _threads(client: Any) -> int:
    """Threads of all workers.

    Raises
    ------
    RunError
        If the cluster has no worker.
    """
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        address = client.scheduler.address if client.scheduler else "its address"
        raise RunError(f"the cluster has no worker; start some with: dask worker {address}") from None
    return sum(client.nthreads().values())

"""What the desk's process runs: questions in, answers out; see :mod:`offramp.workspace.live.process`.

A message is its length in four bytes and JSON. An answer begins with its status of HTTP, in two bytes. Where the pipe
of questions closes, as it does when the server ends in any way, the process ends at once, whatever it is at.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from offramp.errors import EvaluationError, OfframpError
from offramp.explore.record import Record
from offramp.explore.servant import own_output
from offramp.scenario.load import loads
from offramp.solve import warm
from offramp.workspace.live.asked import answer_to
from offramp.workspace.live.drawn import map_of
from offramp.workspace.live.frames import HEADER, LENGTH
from offramp.workspace.live.further import comparison_of, offers_of, tipping_of
from offramp.workspace.live.glance import glance_at
from offramp.workspace.live.grounds import evidence_of
from offramp.workspace.live.plain import Text
from offramp.workspace.live.question import USUAL_DRAWS
from offramp.workspace.live.shelf import Shelf
from offramp.workspace.problems import Refusal, refusal_of


def serve() -> None:
    """Answer questions from standard input until it ends."""
    _limit_memory(int(os.environ["OFFRAMP_DESK_MEMORY"]))
    answers, waiting = own_output(), SimpleQueue[bytes]()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, waiting), daemon=True).start()
    if not warm.is_done():
        warm.compile_beside()
    shelf = Shelf()
    while True:
        status, body = answered(shelf, json.loads(waiting.get()))
        try:
            answers.write(HEADER.pack(status, len(body)) + body)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)


def _limit_memory(most: int) -> None:
    """Let memory run out here before it does on the machine, where the system knows how."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _listen(asked: IO[bytes], waiting: SimpleQueue[bytes]) -> None:
    """Take in questions; at their end the process ends."""
    while len(head := asked.read(LENGTH.size)) == LENGTH.size:
        waiting.put(asked.read(LENGTH.unpack(head)[0]))
    os._exit(0)


def answered(shelf: Shelf, message: Mapping[str, Any]) -> tuple[int, bytes]:
    """The status and the document of an answer, or of the problem."""
    try:
        return 200, _encoded(KINDS[message["kind"]](shelf, message))
    except Refusal as refusal:
        found = refusal
    except EvaluationError as error:
        found = Refusal(422, str(error.problem.found), error.allowed, error.remedy, (error.problem,))
    except OfframpError as error:
        found = refusal_of(error)
    except MemoryError:
        found = Refusal(503, "the question takes more memory than there is", remedy="ask for fewer draws")
    except Exception:  # a mistake of ours must not end the process, with all that it has ready
        traceback.print_exc()
        found = Refusal(500, "the question could not be worked; the mistake is the program's", remedy="start a run")
    return found.status, _encoded(found.document())


def _encoded(document: Record) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _ask(shelf: Shelf, message: Mapping[str, Any]) -> Record:
    texts = (message.get(name) for name in ("what", "against", "saved"))
    what, against, saved = (Text(**each) if each else None for each in texts)
    assert what is not None, "the server says what is asked"
    return answer_to(shelf, what, message["asked"], against, saved)


def _map(shelf: Shelf, message: Mapping[str, Any]) -> Record:
    return map_of(shelf, Text(**message["what"]))


def _evidence(_: Shelf, message: Mapping[str, Any]) -> Record:
    what = Text(**message["what"])
    scenario = loads(what.text, what.file)
    return evidence_of(scenario, what.version, Path(message["documents"]), message["drives"])


def _tipping(shelf: Shelf, message: Mapping[str, Any]) -> Record:
    return tipping_of(shelf, Text(**message["what"]), message["asked"])


def _offers(shelf: Shelf, message: Mapping[str, Any]) -> Record:
    return offers_of(shelf, Text(**message["what"]), message["draws"])


def _compare(_: Shelf, message: Mapping[str, Any]) -> Record:
    return comparison_of(Text(**message["what"]), Text(**message["second"]), message["draws"])


def _glance(_: Shelf, message: Mapping[str, Any]) -> Record:
    return glance_at(Text(**message["what"]))


def _warm(shelf: Shelf, message: Mapping[str, Any]) -> Record:
    """Have a scenario ready, and the kernels that answer it."""
    what = Text(**message["what"])
    answer_to(shelf, what, {"draws": USUAL_DRAWS}, what)
    return {"ready": what.version}


KINDS: Mapping[str, Callable[[Shelf, Mapping[str, Any]], Record]] = {
    "ask": _ask,
    "map": _map,
    "evidence": _evidence,
    "tipping": _tipping,
    "offers": _offers,
    "compare": _compare,
    "glance": _glance,
    "warm": _warm,
}
"""What can be asked."""

"""Every exception that offramp raises on purpose.

    OfframpError
    ├── ScenarioError (ValueError)        a scenario file or object is wrong: all its problems in one report
    ├── ExpressionError (ValueError)      the text of an expression does not parse
    ├── DistributionError (ValueError)    parameters that make no distribution
    ├── EvaluationError (ArithmeticError) an expression gives NaN, an infinity or a division by zero in some draw
    ├── GameError (ValueError)            arrays that do not describe an extensive-form game
    ├── GameFileError (ValueError)        a ``.efg`` or ``.nfg`` file does not parse
    ├── SourceError (ValueError)          a document, a ledger or an address that cannot be read or may not be
    ├── SolveError (ValueError)           arguments that the solver cannot use
    ├── RunError (ValueError)             options or folders that a run cannot use
    └── WorkspaceError (RuntimeError)     a workspace on a server refuses, or cannot be reached
        └── ConflictError                 somebody else changed the same lines of a scenario

A draw that does not converge is not an exception: results carry a status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a user's file: where, what, what is allowed and how to mend it.

    Attributes
    ----------
    path : tuple of str
        Keys from the top of the document, e.g. ``("moves", "leak", "by")``.
    found : str
        What stands there, as one sentence without a full stop; user values quoted with ``!r``.
    allowed : str
        What may stand there (may be empty).
    remedy : str
        What to do about it, in the imperative (may be empty).
    file : str
        The file's name as the user gave it, or ``"<python>"``.
    line, column : int
        1-based position; 0 where no file stands behind the object.
    """

    path: tuple[str, ...]
    found: str
    allowed: str = ""
    remedy: str = ""
    file: str = "<python>"
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        lines = [f"{where}: {'.'.join(self.path) or '(whole file)'}: {self.found}"]
        if self.allowed:
            lines.append(f"    allowed: {self.allowed}")
        if self.remedy:
            lines.append(f"    remedy:  {self.remedy}")
        return "\n".join(lines)


class OfframpError(Exception):
    """Base of all that offramp raises on purpose. Every one can be copied and pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild without ``__init__``: ``args`` holds the message, not what ``__init__`` takes."""
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[OfframpError], args: tuple[Any, ...]) -> OfframpError:
    """A copied or unpickled error, before its attributes are restored."""
    return kind.__new__(kind, *args)


class ScenarioError(OfframpError, ValueError):
    """A scenario is wrong; ``problems`` holds every one found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        return "\n".join([head, *(str(problem) for problem in self.problems)])


class ExpressionError(OfframpError, ValueError):
    """An expression does not parse.

    ``offset`` is the 0-based character in ``text`` where the trouble starts.
    """

    def __init__(self, text: str, offset: int, found: str, allowed: str = "", remedy: str = "") -> None:
        self.text = text
        self.offset = offset
        self.found = found
        self.allowed = allowed
        self.remedy = remedy
        super().__init__(f"{found} (character {offset + 1} of {text!r})")


class DistributionError(OfframpError, ValueError):
    """A value is neither a number nor a distribution.

    ``path`` leads from the value to the trouble, e.g. ``("pert", "1")``; it may be empty.
    """

    def __init__(self, found: str, allowed: str = "", remedy: str = "", path: tuple[str, ...] = ()) -> None:
        self.found = found
        self.allowed = allowed
        self.remedy = remedy
        self.path = path
        super().__init__(f"{found}; allowed: {allowed}" if allowed else found)


class EvaluationError(OfframpError, ArithmeticError):
    """An expression has no finite value in some draw.

    ``draw`` is the 0-based number of the first such draw, ``values`` what the expression's names are worth there.
    ``where`` is the dotted path of the expression in its scenario; ``placed`` adds its line in the file.
    """

    def __init__(
        self,
        expression: str,
        trouble: str,
        draw: int,
        values: Mapping[str, float],
        where: str = "",
        *,
        allowed: str = "a finite number in every draw",
        remedy: str = "keep it finite in every draw, e.g. with clip(…) or where(…)",
    ) -> None:
        self.expression = expression
        self.trouble = trouble
        self.draw = draw
        self.values = dict(values)
        self.where = where
        self.allowed = allowed
        self.remedy = remedy
        self.file = ""
        self.line = self.column = 0
        super().__init__(str(self))

    def placed(self, file: str, line: int, column: int) -> EvaluationError:
        """The same error, which now says where in a file its expression stands (1-based)."""
        self.file, self.line, self.column = file, line, column
        self.args = (str(self),)
        return self

    @property
    def problem(self) -> Problem:
        """The error as a problem of the scenario's file."""
        path = tuple(self.where.split(".")) if self.where else ()
        file = self.file or "<python>"
        return Problem(path, self._found(), self.allowed, self.remedy, file, self.line, self.column)

    def _found(self) -> str:
        values = ", ".join(f"{name} = {value:.6g}" for name, value in self.values.items()) or "no names"
        return f"{self.trouble} in {self.expression!r}, draw {self.draw}, where {values}"

    def __str__(self) -> str:
        if self.line:
            return str(self.problem)
        return f"{self.where}: {self._found()}" if self.where else self._found()


class GameError(OfframpError, ValueError):
    """Arrays that do not describe an extensive-form game with perfect recall."""


class GameFileError(OfframpError, ValueError):
    """A Gambit file does not parse; the message starts with ``file:line:column`` (``file`` for the whole file)."""

    def __init__(self, found: str, *, file: str = "<text>", line: int = 0, column: int = 0, remedy: str = "") -> None:
        self.found = found
        self.file = file
        self.line = line
        self.column = column
        self.remedy = remedy
        tail = f"\n    remedy:  {remedy}" if remedy else ""
        where = f"{file}:{line}:{column}" if line else file
        super().__init__(f"{where}: {found}{tail}")


class SourceError(OfframpError, ValueError):
    """A document that cannot be read or is not let in; the message starts with what it is called.

    Documents are written by others and trusted in nothing: what is too large, broken, encrypted, no text at all, or
    outside its folder ends here.
    """

    def __init__(self, document: str, found: str, *, allowed: str = "", remedy: str = "") -> None:
        self.document = document
        self.found = found
        self.allowed = allowed
        self.remedy = remedy
        lines = [f"{document}: {found}"]
        lines += [f"    allowed: {allowed}"] if allowed else []
        lines += [f"    remedy:  {remedy}"] if remedy else []
        super().__init__("\n".join(lines))


class SolveError(OfframpError, ValueError):
    """Arguments that the solver cannot use: shapes, NaN payoffs, chance that does not sum to one."""


class RunError(OfframpError, ValueError):
    """Options or folders that a run cannot use."""


class WorkspaceError(OfframpError, RuntimeError):
    """A workspace refuses what it was asked for, or cannot be reached (then ``status``, of HTTP, is 0)."""

    def __init__(
        self, found: str, *, status: int = 0, allowed: str = "", remedy: str = "", problems: Iterable[Problem] = ()
    ) -> None:
        self.found = found
        self.status = status
        self.allowed = allowed
        self.remedy = remedy
        self.problems = tuple(problems)
        lines = [found]
        lines += [f"    allowed: {allowed}"] if allowed else []
        lines += [f"    remedy:  {remedy}"] if remedy else []
        lines += [f"    {'.'.join(each.path)}: {each.found}" for each in self.problems]
        super().__init__("\n".join(lines))


class ConflictError(WorkspaceError):
    """Somebody else changed the same lines of a scenario; both texts are kept.

    Attributes
    ----------
    yours, theirs : str
        The text that was to be saved, and the one that is there.
    by : str or None
        Who saved it.
    version : str
        That of ``theirs``, which a text that settles the conflict is based on.
    merged : str
        Both in one text, with marks where they clash.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        theirs = document["theirs"]
        self.yours: str = document["yours"]["text"]
        self.theirs: str = theirs["text"]
        self.by: str | None = theirs["by"]
        self.version: str = theirs["version"]
        self.merged: str = document["merged_with_marks"]
        super().__init__(
            f"{self.by or 'somebody'} changed the same lines meanwhile",
            status=409,
            remedy="settle what clashes (.merged has both, with marks), read the text again and save it",
        )

"""Reading a game from a Gambit file of either format."""

from __future__ import annotations

from pathlib import Path

from offramp.errors import GameFileError
from offramp.game.builder import GameFile
from offramp.game.efg import read_efg
from offramp.game.nfg import read_nfg
from offramp.game.scanner import Scanner

__all__ = ["GameFile", "read_game"]


def read_game(path: str | Path) -> GameFile:
    """Read a ``.efg`` or ``.nfg`` file; which of the two it is shows in its first word.

    Text is read as UTF-8, and files older than that as Latin-1.

    Raises
    ------
    GameFileError
        If the file cannot be opened, is neither format or does not parse.
    """
    text = _read_text(Path(path))
    kind = Scanner(text, str(path)).word()
    if kind == "EFG":
        return read_efg(text, str(path))
    if kind == "NFG":
        return read_nfg(text, str(path))
    raise Scanner(text, str(path)).missing("EFG or NFG", "give a game in Gambit's .efg or .nfg format")


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as trouble:
        reason = trouble.strerror if isinstance(trouble, OSError) else str(trouble)
        raise GameFileError(f"cannot be read: {reason}", file=str(path), remedy="check the name") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")

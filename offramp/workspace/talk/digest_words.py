"""A digest in words, in each language of the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from offramp.tell.words import percent
from offramp.workspace.talk.sentences import target_words

if TYPE_CHECKING:
    from offramp.workspace.talk.digest import Story

MOST_CHANGES = 8
"""Changes of one scenario that are told one by one."""

LONGEST = 200
"""Signs of what stood in one place, as it is told."""

WORDS = {
    "en": {
        "changed": "{what} was {before}, now {after}",
        "added": "{what} is new: {after}",
        "taken": "{what} was taken out",
        "more.one": "one more change",
        "more": "{count} more changes",
        "headline": "“{says}”: {before}, now {now}",
        "headline.first": "“{says}”: {now}",
        "runs.one": "one new run",
        "runs": "{count} new runs",
        "opened.one": "one comment opened",
        "opened": "{count} comments opened",
        "replies.one": "one reply",
        "replies": "{count} replies",
        "resolved.one": "one resolved",
        "resolved": "{count} resolved",
        "open.one": "one open",
        "open": "{count} open",
        "else": "and more on the activity page",
    },
    "es": {
        "changed": "{what} era {before}, ahora {after}",
        "added": "{what} es nuevo: {after}",
        "taken": "{what} se quitó",
        "more.one": "un cambio más",
        "more": "{count} cambios más",
        "headline": "«{says}»: {before}, ahora {now}",
        "headline.first": "«{says}»: {now}",
        "runs.one": "una ejecución nueva",
        "runs": "{count} ejecuciones nuevas",
        "opened.one": "un comentario abierto",
        "opened": "{count} comentarios abiertos",
        "replies.one": "una respuesta",
        "replies": "{count} respuestas",
        "resolved.one": "uno resuelto",
        "resolved": "{count} resueltos",
        "open.one": "uno pendiente",
        "open": "{count} pendientes",
        "else": "y más en la página de actividad",
    },
}


def lines(story: Story, language: str) -> list[str]:
    """What became of a scenario, a line for each thing."""
    words = WORDS[language]
    told = [_change(change, language) for change in story.changes[:MOST_CHANGES]]
    rest = len(story.changes) - len(told)
    told += [_counted("more", rest, words)] if rest > 0 else []
    told += _headline(story, words)
    told += [_counted("runs", len(story.runs), words)] if story.runs else []
    told += [", ".join(_talked(story, words))] if story.talked.anything else []
    return told


def other_lines(told: list[str], *, more: bool, language: str) -> list[str]:
    """What else happened, and that there is more where there is."""
    return [*told, WORDS[language]["else"]] if more else told


def _change(change: dict[str, Any], language: str) -> str:
    before, after = change["before"], change["after"]
    form = "added" if before is None else "taken" if after is None else "changed"
    return WORDS[language][form].format(
        what=_what(change["path"], language), before=_short(before), after=_short(after)
    )


def _what(path: str, language: str) -> str:
    """What a change is about: "the assumption office (value)"."""
    section, _, rest = path.partition(".")
    name, _, key = rest.partition(".")
    words = target_words(f"{section}.{name}" if name else section, language)
    return f"{words} ({key})" if key else words


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _headline(story: Story, words: dict[str, str]) -> Iterator[str]:
    """What the newest run says, where there is a new one."""
    if not story.runs or not story.now or story.now["probability"] is None:
        return
    now = percent(story.now["probability"])
    if story.before and story.before["probability"] is not None:
        yield words["headline"].format(says=story.now["says"], before=percent(story.before["probability"]), now=now)
    else:
        yield words["headline.first"].format(says=story.now["says"], now=now)


def _talked(story: Story, words: dict[str, str]) -> Iterator[str]:
    for name, count in story.talked.record().items():
        if count:
            yield _counted(name, count, words)


def _counted(name: str, count: int, words: dict[str, str]) -> str:
    return words[f"{name}.one" if count == 1 else name].format(count=count)

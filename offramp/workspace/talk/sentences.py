"""What happened, in words: one sentence for each kind of activity, in each language of the workspace.

A kind has its plain sentence and, after a dot, sentences that say more where the entry has what they need.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

LANGUAGES = ("en", "es")

ENGLISH = {
    "created": "{by} created {scenario}",
    "created.copy_of": "{by} created {scenario} as a copy of {copy_of}",
    "saved": "{by} saved {scenario}",
    "saved.message": "{by} saved {scenario}: {message}",
    "merged": "{by} saved {scenario}, merged with what somebody else had changed",
    "merged.others": "{by} saved {scenario}, merged with what {others} had changed",
    "kept": "{by} wrote {scenario} while somebody else changed it; both texts are kept",
    "kept.others": "{by} wrote {scenario} while {others} changed it; both texts are kept",
    "changed": "{scenario} was changed outside the workspace",
    "removed": "{by} deleted {scenario}",
    "restored": "{by} took {scenario} back from the trash",
    "renamed": "{by} renamed a scenario {scenario}",
    "renamed.before": "{by} renamed {before} to {scenario}",
    "queued": "{by} asked for a run of {scenario}",
    "run": "A run of {scenario} is done",
    "run.headline": "A run of {scenario} is done: {headline}",
    "failed": "A run of {scenario} failed",
    "failed.found": "A run of {scenario} failed: {found}",
    "cancelled": "{by} cancelled a run of {scenario}",
    "resumed": "{by} resumed a run of {scenario}",
    "interrupted": "A run of {scenario} was interrupted",
    "run_removed": "{by} deleted a run of {scenario}",
    "run_removed.run": "{by} deleted the run {run}",
    "shared": "{by} shared a report of {scenario} by a link",
    "shared.title": "{by} shared the report “{title}” by a link",
    "unshared": "{by} took back the link to a report",
    "unshared.title": "{by} took back the link to the report “{title}”",
    "document": "{by} added a document",
    "document.title": "{by} added the document “{title}”",
    "commented": "{by} commented on {scenario}",
    "commented.target": "{by} commented on {target} of {scenario}",
    "replied": "{by} replied to a comment on {scenario}",
    "replied.target": "{by} replied to a comment on {target} of {scenario}",
    "resolved": "{by} resolved a comment on {scenario}",
    "resolved.target": "{by} resolved a comment on {target} of {scenario}",
    "reopened": "{by} reopened a comment on {scenario}",
    "reopened.target": "{by} reopened a comment on {target} of {scenario}",
    "person_added": "{by} added a person",
    "person_added.name": "{by} added {name}",
    "person_added.role": "{by} added {name} as {role}",
    "person_changed": "{by} changed a person",
    "person_changed.name": "{by} changed {name}",
    "person_changed.role": "{by} made {name} {role}",
    "person_removed": "{by} removed a person",
    "person_removed.name": "{by} removed {name}",
}

SPANISH = {
    "created": "{by} creó {scenario}",
    "created.copy_of": "{by} creó {scenario} como copia de {copy_of}",
    "saved": "{by} guardó {scenario}",
    "saved.message": "{by} guardó {scenario}: {message}",
    "merged": "{by} guardó {scenario}, combinado con lo que otra persona había cambiado",
    "merged.others": "{by} guardó {scenario}, combinado con lo que {others} había cambiado",
    "kept": "{by} escribió {scenario} mientras otra persona lo cambiaba; se conservan los dos textos",
    "kept.others": "{by} escribió {scenario} mientras {others} lo cambiaba; se conservan los dos textos",
    "changed": "{scenario} se cambió fuera del espacio de trabajo",
    "removed": "{by} eliminó {scenario}",
    "restored": "{by} recuperó {scenario} de la papelera",
    "renamed": "{by} cambió el nombre de un escenario a {scenario}",
    "renamed.before": "{by} cambió el nombre de {before} a {scenario}",
    "queued": "{by} pidió una ejecución de {scenario}",
    "run": "Terminó una ejecución de {scenario}",
    "run.headline": "Terminó una ejecución de {scenario}: {headline}",
    "failed": "Falló una ejecución de {scenario}",
    "failed.found": "Falló una ejecución de {scenario}: {found}",
    "cancelled": "{by} canceló una ejecución de {scenario}",
    "resumed": "{by} reanudó una ejecución de {scenario}",
    "interrupted": "Se interrumpió una ejecución de {scenario}",
    "run_removed": "{by} eliminó una ejecución de {scenario}",
    "run_removed.run": "{by} eliminó la ejecución {run}",
    "shared": "{by} compartió un informe de {scenario} mediante un enlace",
    "shared.title": "{by} compartió el informe «{title}» mediante un enlace",
    "unshared": "{by} retiró el enlace a un informe",
    "unshared.title": "{by} retiró el enlace al informe «{title}»",
    "document": "{by} añadió un documento",
    "document.title": "{by} añadió el documento «{title}»",
    "commented": "{by} comentó {scenario}",
    "commented.target": "{by} comentó {target} de {scenario}",
    "replied": "{by} respondió a un comentario sobre {scenario}",
    "replied.target": "{by} respondió a un comentario sobre {target} de {scenario}",
    "resolved": "{by} resolvió un comentario sobre {scenario}",
    "resolved.target": "{by} resolvió un comentario sobre {target} de {scenario}",
    "reopened": "{by} reabrió un comentario sobre {scenario}",
    "reopened.target": "{by} reabrió un comentario sobre {target} de {scenario}",
    "person_added": "{by} añadió a una persona",
    "person_added.name": "{by} añadió a {name}",
    "person_added.role": "{by} añadió a {name} como {role}",
    "person_changed": "{by} cambió los datos de una persona",
    "person_changed.name": "{by} cambió los datos de {name}",
    "person_changed.role": "{by} asignó a {name} el papel de {role}",
    "person_removed": "{by} quitó a una persona",
    "person_removed.name": "{by} quitó a {name}",
}

SENTENCES = {"en": ENGLISH, "es": SPANISH}

WORDS = {
    "en": {
        "server": "the server",
        "parties": "the party {0}",
        "terms": "the term {0}",
        "assumptions": "the assumption {0}",
        "formulas": "the formula {0}",
        "moves": "the move {0}",
        "outcomes": "the outcome {0}",
        "answers": "the answer {0}",
        "sources": "the source {0}",
        "offer": "the offer {0}",
        "run": "the run {0}",
        "other": "{by}: {kind}",
        "reader": "a reader",
        "editor": "an editor",
        "owner": "an owner",
    },
    "es": {
        "server": "el servidor",
        "parties": "la parte {0}",
        "terms": "la cláusula {0}",
        "assumptions": "el supuesto {0}",
        "formulas": "la fórmula {0}",
        "moves": "la jugada {0}",
        "outcomes": "el desenlace {0}",
        "answers": "la respuesta {0}",
        "sources": "la fuente {0}",
        "offer": "la oferta {0}",
        "run": "la ejecución {0}",
        "other": "{by}: {kind}",
        "reader": "lector",
        "editor": "editor",
        "owner": "propietario",
    },
}

LONGEST = 300
"""Signs of one detail in a sentence."""


def language_of(asked: str) -> str:
    """The language to write in: the one that was asked for where there are words for it, else English."""
    short = asked[:2].lower()
    return short if short in LANGUAGES else "en"


def target_words(target: str, language: str = "en") -> str:
    """What a comment is about, in words; empty for the whole scenario.

    Examples
    --------
    >>> target_words("assumptions.office"), target_words("offer:amnesty=ruler,court=open", "es")
    ('the assumption office', 'la oferta amnesty=ruler, court=open')
    """
    kind, _, name = target.partition(":" if target.startswith(("offer:", "run:")) else ".")
    form = WORDS[language].get(kind)
    return form.format(name.replace(",", ", ")) if form and name else target


def sentence(kind: str, data: Mapping[str, Any], by: str, scenario: str, language: str = "en") -> str:
    """One activity as a sentence without its full stop.

    Parameters
    ----------
    kind : str
    data : mapping
        What is known of it; the sentence that needs most of what is there is taken.
    by : str
        Who did it; empty for the server.
    scenario : str
    language : "en" or "es"

    Examples
    --------
    >>> sentence("saved", {"message": "lower office"}, "Ana", "venezuela-2024")
    'Ana saved venezuela-2024: lower office'
    >>> sentence("commented", {"target": "moves.leak"}, "", "haiti-1994", "es")
    'El servidor comentó la jugada leak de haiti-1994'
    """
    words, sentences = WORDS[language], SENTENCES[language]
    known = {key: _said(key, value, language) for key, value in data.items()}
    known = {key: text for key, text in known.items() if text}
    known |= {"by": by or words["server"], "scenario": scenario, "kind": kind}
    forms = [text for name, text in sentences.items() if name.partition(".")[0] == kind]
    fitting = [form for form in forms if _needs(form) <= known.keys()] or [words["other"]]
    text = max(fitting, key=lambda form: len(_needs(form))).format_map(known)
    return text[:1].upper() + text[1:]


def _needs(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name}


def _said(key: str, value: object, language: str) -> str:
    """One detail as text that fits into a sentence."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))[:LONGEST]
    if not isinstance(value, str):
        return ""
    if key == "target":
        return target_words(value, language)
    if key == "role":
        return WORDS[language].get(value, value)
    return " ".join(value.split())[:LONGEST]

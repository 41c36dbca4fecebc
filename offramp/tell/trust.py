"""How far a result can be trusted, in words. Nothing here speaks of likelihood."""

from __future__ import annotations

from collections.abc import Mapping

from offramp.explore.summary import Certificate, GridCheck
from offramp.solve.result import Status

FORKED = Status.FORKED.name.lower()
FINE = (Status.EXACT.name.lower(), Status.CONVERGED.name.lower(), FORKED)


def certificate_words(certificate: Certificate, num_draws: int) -> str:
    """The certificate of a run in two to four sentences."""
    at_precision = certificate.equilibria == "logit at precision"
    sentences = [_solved(certificate, num_draws, at_precision=at_precision)]
    if at_precision:
        sentences.append("Parties make mistakes, as often as their precision says.")
    else:
        sentences.append("One equilibrium a draw, on the principal branch; others were not looked for.")
    forked = certificate.statuses.get(FORKED, 0)
    if forked:
        sentences.append(f"In {forked:,} of {num_draws:,} draws the branch forks (ties); one arm was followed.")
    if certificate.grid_check:
        sentences.append(_grid(certificate.grid_check))
    return " ".join(sentences)


def share_words(number: float) -> str:
    """A small share: "0", "3e-17"."""
    return f"{number:.0e}" if number else "0"


def _solved(certificate: Certificate, num_draws: int, *, at_precision: bool) -> str:
    if certificate.unconverged:
        return (
            f"Certificate: {certificate.unconverged:,} of {num_draws:,} draws did not converge "
            f"({_failures(certificate.statuses)}); they count in every number above. "
            f"The largest regret is {share_words(certificate.max_regret)} of a payoff range."
        )
    if at_precision:
        return f"Certificate: every draw solves the logit equations to within {share_words(certificate.max_residual)}."
    return (
        f"Certificate: in every draw, nobody gains more than {share_words(certificate.max_regret)} of their payoff "
        "range by acting otherwise, wherever they may have to choose, reached or not."
    )


def _failures(statuses: Mapping[str, int]) -> str:
    failed = ((name, count) for name, count in statuses.items() if count and name not in FINE)
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in failed)


def _grid(check: GridCheck) -> str:
    name, shift = next(iter(check.shifts.items()))
    grids = ", ".join(f"{private} {coarse} to {fine}" for private, (coarse, fine) in check.grids.items())
    points = 100 * shift.mean
    mean = "less than 0.1" if abs(points) < 0.1 else f"{points:+.1f}"
    return (
        f"Doubling the grid of what is private ({grids}) moves {name!r} by {mean} points on average, "
        f"at most {100 * shift.largest:.0f} in one of {check.draws} draws."
    )

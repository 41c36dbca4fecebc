"""The command line. Each command parses, calls the library and shows; nothing is computed here."""

from __future__ import annotations

import difflib
import sys

import click

from offramp import __version__
from offramp.cli.accounts import accounts
from offramp.cli.aftermath import aftermath
from offramp.cli.blocks import blocks
from offramp.cli.boxes import boxes
from offramp.cli.breaks import breaks
from offramp.cli.check import check
from offramp.cli.compare import compare
from offramp.cli.console import INTERRUPTED, WRONG_INPUT
from offramp.cli.drivers import drivers
from offramp.cli.horizon import horizon
from offramp.cli.learn import learn
from offramp.cli.new import new
from offramp.cli.observed import observed
from offramp.cli.offers import offers
from offramp.cli.report import report
from offramp.cli.run import run
from offramp.cli.schema import schema
from offramp.cli.serve import serve
from offramp.cli.solve import solve
from offramp.cli.sources import sources
from offramp.cli.tipping import tipping
from offramp.cli.tree import tree
from offramp.errors import OfframpError

__all__ = ["main"]


class Offramp(click.Group):
    """Commands whose errors are messages, not tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        _tolerate_narrow_encodings()
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OfframpError as error:
            click.echo(f"offramp: {error}", err=True)
        except OSError as error:
            name = f"{str(error.filename)!r}: " if error.filename else ""
            click.echo(f"offramp: {name}{error.strerror or error}", err=True)
        except MemoryError:
            click.echo(
                "offramp: there is not enough memory for this; ask for fewer --draws, or lower a grid:", err=True
            )
        except KeyboardInterrupt:
            click.echo("offramp: stopped; nothing was kept", err=True)
            ctx.exit(INTERRUPTED)
        return ctx.exit(WRONG_INPUT)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            self._refuse(ctx, args[0])
        return super().resolve_command(ctx, args)

    def _refuse(self, ctx: click.Context, name: str) -> None:
        known = self.list_commands(ctx)
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the commands are {', '.join(known)}"
        ctx.fail(f"no command {name!r}; {hint}")


@click.group(cls=Offramp, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="offramp %(version)s")
def main() -> None:
    """Judge a negotiated exit from power: scenario file in, certified game-theoretic answer out.

    Start with 'offramp new NAME', or run one of the examples: 'offramp run examples/venezuela-2024.yaml'.
    """


def _tolerate_narrow_encodings() -> None:
    """Let streams whose encoding lacks a letter write a stand-in instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


for command in (
    check,
    tree,
    solve,
    run,
    offers,
    drivers,
    boxes,
    tipping,
    breaks,
    aftermath,
    horizon,
    observed,
    learn,
    compare,
    report,
    sources,
    new,
    serve,
    accounts,
    blocks,
    schema,
):
    main.add_command(command)

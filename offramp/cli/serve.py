"""``offramp serve``: the workspace over a folder, in the browser."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class Size(click.ParamType["int"]):
    """Bytes, as in 512M or 8G."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", str(value).strip(), re.IGNORECASE)
        if found is None or not float(found[1]):
            self.fail(f"found {str(value)!r}; give bytes, as in 512M or 8G", param, ctx)
        return int(float(found[1]) * UNITS[found[2].upper()])


database_option = click.option(
    "--database",
    metavar="URL",
    envvar="OFFRAMP_DATABASE",
    default="",
    help="Keep accounts, comments and history there, e.g. postgresql+psycopg://…; default: a SQLite file in the "
    "folder. A password in it is better given by the variable OFFRAMP_DATABASE.",
)
"""Where the workspace keeps what is not a file."""


@click.command()
@click.argument("folder", type=click.Path(), default=".")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Listen there; others than this machine's own need accounts."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 for any that is free.")
@database_option
@click.option("--accounts", is_flag=True, help="Let people sign in (as soon as one has an account, they must anyway).")
@click.option("--public-url", metavar="URL", default="", help="How people reach it from outside, behind a proxy.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Jobs that run at once.")
@click.option("--commit", is_flag=True, help="Commit what is saved to the git repository that FOLDER lies in.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--max-draws", type=click.IntRange(1), default=1_048_576, show_default=True, help="Draws of one run.")
@click.option("--max-seconds", type=click.IntRange(1), default=3600, show_default=True, help="Time of one job.")
@click.option("--max-memory", type=Size(), default="8G", show_default=True, help="Memory of one job.")
def serve(
    folder: str,
    host: str,
    port: int,
    database: str,
    accounts: bool,
    public_url: str,
    workers: int,
    commit: bool,
    no_open: bool,
    max_draws: int,
    max_seconds: int,
    max_memory: int,
) -> None:
    """Open a workspace over the scenarios and runs in FOLDER (default: here), in the browser.

    It listens on this machine alone and prints an address that lets in once. Ctrl-C stops it. For a team, add accounts
    with 'offramp accounts add' and give --host. Mails are sent where OFFRAMP_SMTP_HOST, _PORT, _USER, _PASSWORD,
    _SENDER and _SECURITY say.
    """
    from offramp.workspace.serving import serve as serve_folder
    from offramp.workspace.settings import Limits, Mail, Settings

    settings = Settings(
        Path(folder).resolve(),
        host=host,
        port=port,
        database=database,
        accounts=accounts,
        public_url=_checked_url(public_url),
        workers=workers,
        commit=commit,
        warm=True,
        limits=Limits(draws=max_draws, seconds=max_seconds, memory=max_memory),
        mail=Mail.from_environment(os.environ),
    )
    serve_folder(settings, lambda address: _announce(folder, address, no_open=no_open))


def _announce(folder: str, address: str, *, no_open: bool) -> None:
    """Say where the server is, and open it where there is a screen."""
    click.echo(f"Serving {folder} at {address}")
    click.echo("Ctrl-C stops it.", err=True)
    if not no_open and _has_screen():
        import webbrowser

        webbrowser.open(address)


def _has_screen() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _checked_url(url: str) -> str:
    if url and not re.fullmatch(r"https?://[^/\s?#]+/?", url):
        raise click.BadParameter(
            f"found {url!r}; give one such as https://workspace.example.org", param_hint="--public-url"
        )
    return url

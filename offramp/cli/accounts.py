"""``offramp accounts``: who may sign in to a workspace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from offramp.cli.serve import database_option
from offramp.errors import RunError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ROLES = ("reader", "editor", "owner")

folder_argument = click.argument("folder", type=click.Path(file_okay=False, exists=True))

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line, instead of asking."
)


@click.group()
def accounts() -> None:
    """Add people who sign in to a workspace, and say what they may do.

    Readers look, ask and comment; editors change scenarios and run them; owners also change people and delete.
    """


@accounts.command()
@folder_argument
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), help="Default: owner for the first account, else reader.")
@click.option("--display", default="", help="How the person is called on the pages.")
@click.option("--email", default="", help="Where mails go.")
@password_option
@database_option
def add(
    folder: str, name: str, role: str | None, display: str, email: str, password_stdin: bool, database: str
) -> None:
    """Add the account NAME to the workspace over FOLDER; the password is asked for."""
    from offramp.workspace.access import accounts as people
    from offramp.workspace.access.gate import has_accounts

    with _session(folder, database) as session:
        first = not has_accounts(session)
        if first and role not in {None, "owner"}:
            raise RunError("the first account is an owner's; leave --role out")
        chosen = role or ("owner" if first else "reader")
        people.add(session, name, _password(from_stdin=password_stdin), chosen, display=display, email=email)
    click.echo(f"Added {name}, {'an' if chosen[0] in 'eo' else 'a'} {chosen}.")
    if first:
        click.echo("From its next start on, the server asks people to sign in.", err=True)


@accounts.command(name="list")
@folder_argument
@database_option
def list_accounts(folder: str, database: str) -> None:
    """List everyone who has an account, with role and state."""
    from offramp.workspace.access import accounts as people

    with _session(folder, database) as session:
        found = people.people(session)
    for each in found:
        state = "disabled" if each.disabled else "" if each.password else "without a password"
        click.echo(f"{each.name:<24} {each.role:<8} {state}".rstrip())


@accounts.command()
@folder_argument
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@database_option
def role(folder: str, name: str, role: str, database: str) -> None:
    """Let NAME be a reader, an editor or an owner."""
    _change(folder, database, name, role=role)
    click.echo(f"{name} is {'an' if role[0] in 'eo' else 'a'} {role} now.")


@accounts.command()
@folder_argument
@click.argument("name")
@password_option
@database_option
def password(folder: str, name: str, password_stdin: bool, database: str) -> None:
    """Give NAME another password; every session of theirs is over."""
    from offramp.workspace.access import accounts as people

    with _session(folder, database) as session:
        person = people.person_named(session, name)
        people.set_password(session, person, _password(from_stdin=password_stdin))
    click.echo(f"{name} has another password.")


@accounts.command()
@folder_argument
@click.argument("name")
@database_option
def disable(folder: str, name: str, database: str) -> None:
    """Shut NAME out: sessions and tokens are over at once; what they wrote stays."""
    _change(folder, database, name, disabled=True)
    click.echo(f"{name} is shut out.")


@accounts.command()
@folder_argument
@click.argument("name")
@database_option
def enable(folder: str, name: str, database: str) -> None:
    """Let NAME in again."""
    _change(folder, database, name, disabled=False)
    click.echo(f"{name} may sign in again.")


def _change(folder: str, database: str, name: str, **changes: object) -> None:
    from offramp.workspace.access import accounts as people

    with _session(folder, database) as session:
        people.change(session, people.person_named(session, name), changes)


@contextmanager
def _session(folder: str, url: str) -> Iterator[Session]:
    """A session with the workspace's database; what it refuses is a message."""
    from offramp.workspace.database import Database
    from offramp.workspace.problems import Refusal
    from offramp.workspace.settings import Settings, make_hidden

    settings = Settings(Path(folder), database=url)
    make_hidden(settings.hidden)
    database = Database(settings.database_url)
    try:
        with database.session() as session:
            yield session
    except Refusal as refusal:
        raise RunError("; ".join(filter(None, (refusal.found, refusal.allowed, refusal.remedy)))) from None
    finally:
        database.close()


def _password(*, from_stdin: bool) -> str:
    """A password from who sits at the terminal, or from a pipe; never from the command line, which others can see."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return asked

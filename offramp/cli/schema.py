"""``offramp schema``: the JSON Schema of scenario files."""

from __future__ import annotations

import click

from offramp.cli.console import print_document


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, with which editors complete and check them."""
    from offramp.scenario.schema import json_schema

    print_document(json_schema())

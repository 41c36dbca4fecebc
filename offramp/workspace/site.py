"""What all routes share: the folder, the database, the news and the workers of one workspace."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from offramp.workspace.bus import Bus
from offramp.workspace.database import Database
from offramp.workspace.settings import Settings


class Site:
    """One workspace at work.

    Attributes
    ----------
    settings : Settings
    database : Database
    bus : Bus
    """

    def __init__(self, settings: Settings) -> None:
        settings.hidden.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.database = Database(settings.database_url)
        self.bus = Bus()

    def start(self) -> None:
        """Begin what goes on beside the requests."""

    def close(self) -> None:
        """End all that goes on, and let go of everything."""
        self.bus.close()
        self.database.close()


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(site_of)]
"""For routes: ``site: SiteOf``."""

"""What all routes share: the folder, the database, the news and the workers of one workspace."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from offramp.workspace.access.gate import Gate
from offramp.workspace.bus import Bus
from offramp.workspace.database import Database
from offramp.workspace.documents.shelf import Shelf
from offramp.workspace.files.catalogue import Catalogue
from offramp.workspace.files.folder import Folder
from offramp.workspace.files.past import Past
from offramp.workspace.files.watching import Watcher
from offramp.workspace.jobs.engine import Jobs
from offramp.workspace.jobs.reports import Reports
from offramp.workspace.jobs.runs import Runs
from offramp.workspace.live.desk import LEAST_MEMORY, Desk, warm_up
from offramp.workspace.live.glance import reader_at
from offramp.workspace.presence import Presence
from offramp.workspace.settings import Settings, make_hidden
from offramp.workspace.talk.post import Post


class Site:
    """One workspace at work.

    Attributes
    ----------
    settings : Settings
    database : Database
    bus : Bus
    gate : Gate
    folder : Folder
        The scenario files.
    catalogue : Catalogue
        The scenarios at a glance.
    past : Past
        What is known of versions.
    watcher : Watcher
    shelf : Shelf
    presence : Presence
    jobs : Jobs
    runs : Runs
    reports : Reports
    desk : Desk
    post : Post
    """

    def __init__(self, settings: Settings) -> None:
        make_hidden(settings.hidden)
        self.settings = settings
        self.database = Database(settings.database_url)
        self.bus = Bus()
        self.gate = Gate(settings)
        self.folder = Folder(settings.folder, settings.limits.text)
        self.past = Past(settings)
        self.watcher = Watcher(self)
        self.shelf = Shelf(settings)
        self.presence = Presence(self.bus)
        self.jobs = Jobs(self)
        self.runs = Runs(self)
        self.reports = Reports(settings.hidden / "reports")
        self.desk = Desk(max(settings.limits.memory, LEAST_MEMORY))
        self.catalogue = Catalogue(self._tell, reader_at(self.desk))
        self.post = Post(self)

    def start(self) -> None:
        """Begin what goes on beside the requests."""
        self.gate.open(self.database)
        self.catalogue.start()
        self.watcher.start()
        self.presence.start()
        self.jobs.start()
        self.post.start()
        if self.settings.warm:
            warm_up(self.desk, self.folder)

    def close(self) -> None:
        """End all that goes on, and let go of everything."""
        self.watcher.close()
        self.post.close()
        self.desk.close()
        self.catalogue.close()
        self.bus.close()
        self.presence.close()
        self.jobs.close()
        self.database.close()

    def _tell(self, scenario: str, version: str) -> None:
        """That it is known now what a scenario says at a glance."""
        self.bus.publish("scenario", id=scenario, version=version)


async def site_of(request: Request) -> Site:
    """The site that a request came to; asynchronous, since a thread for it would cost more than it does."""
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(site_of)]
"""For routes: ``site: SiteOf``."""

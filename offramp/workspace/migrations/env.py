"""How Alembic reaches the tables: by the connection that it is handed."""

from alembic import context

from offramp.workspace import models
from offramp.workspace.database import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
assert models.Person.metadata is Base.metadata
with context.begin_transaction():
    context.run_migrations()

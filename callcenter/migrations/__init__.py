"""The schema's history: `upgrade()` brings a database to the newest version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade() -> None:
    """Bring the schema to the newest version, as the owner of the tables; does nothing when it is there."""
    command.upgrade(_config(), "head")


def version(connection: Connection) -> str | None:
    """The version of a database's schema; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The version that this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config

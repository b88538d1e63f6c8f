"""The schema's history: `upgrade()` brings a database to the newest version."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade() -> None:
    """Bring the schema to the newest version, as the owner of the tables; does nothing when it is there."""
    command.upgrade(_config(), "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config

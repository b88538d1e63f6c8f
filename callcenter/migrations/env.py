"""What Alembic runs: each migration in its own transaction, on the database that the settings name."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from callcenter.config import settings
from callcenter.records.all_tables import metadata

MIGRATION_LOCK = 7_311_002  # several releases may start at once: one migrates, the others wait

engine = create_engine(settings().migrate_database_url or settings().database_url, poolclass=NullPool)
with engine.connect() as connection:
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
engine.dispose()

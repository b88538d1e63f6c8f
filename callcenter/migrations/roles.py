"""Who may do what in the database, as SQL: the migration that makes the schema says it, the guide explains it.

The owner of the tables is whoever migrates, and nobody else. `callcenter_service` reads and writes rows: the webs, the
sweep and the workers. `callcenter_reader` reads what is neither sealed nor a secret: figures made elsewhere. Neither
may empty a table, change one, or rewrite the trail. Both sign in by what the administrator of the server gives them;
without a password PostgreSQL lets nobody in by one.
"""

SERVICE = "callcenter_service"
READER = "callcenter_reader"
UNREAD = (
    "staff_sessions",
    "password_links",
    "sign_in_tries",
    "drafts",
    "wall_links",
    "staff_messages",
    "staff_receipts",
    "alembic_version",
)  # nothing to count there
HIDDEN = ("password_hash",)  # beside all that is sealed or a pseudonym (bytea)

MADE = f"""
do $$ declare role text; begin
  foreach role in array array['{SERVICE}', '{READER}'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I login', role);
    end if;
  end loop;
exception when insufficient_privilege then
  raise exception 'the roles {SERVICE} and {READER} are not there, and who migrates may not create them';
end $$
"""

MAY = (
    f"grant usage on schema public to {SERVICE}, {READER}",
    f"grant select, insert, update, delete on all tables in schema public to {SERVICE}",
    f"grant usage, select on all sequences in schema public to {SERVICE}",
    f"revoke update, delete on events from {SERVICE}",
    f"revoke update on audit from {SERVICE}",
    f"revoke insert, update, delete on alembic_version from {SERVICE}",
    f"alter default privileges in schema public grant select, insert, update, delete on tables to {SERVICE}",
    f"alter default privileges in schema public grant usage, select on sequences to {SERVICE}",
    f"""
do $$ declare each record; begin
  for each in
    select table_name, string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
    where table_schema = 'public' and data_type <> 'bytea'
      and column_name <> all(array{list(HIDDEN)}) and table_name <> all(array{list(UNREAD)})
    group by table_name
  loop
    execute format('grant select (%s) on %I to {READER}', each.columns, each.table_name);
  end loop;
end $$
""",
)

MAY_NO_LONGER = (
    f"alter default privileges in schema public revoke select, insert, update, delete on tables from {SERVICE}",
    f"alter default privileges in schema public revoke usage, select on sequences from {SERVICE}",
    f"revoke usage on schema public from {SERVICE}, {READER}",
)

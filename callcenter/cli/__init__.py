"""`callcenter`: what an operator types, put together of one module a group of commands."""

import typer

from callcenter.cli import demonstration, figures, hours, imports, person, running_service, service

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The telephone service of France Services.")

for commands in (demonstration.app, service.app, person.app):
    app.registered_commands += commands.registered_commands
for name, group in (("import", imports.app), ("hours", hours.app), ("figures", figures.app)):
    group.callback()(running_service.join_unless_help)
    app.add_typer(group, name=name)

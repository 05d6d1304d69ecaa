"""``inbox-mock openapi``: print an OpenAPI document."""

import json

import click

from inbox_mock.domain.addresses import callable_root


@click.command("openapi")
@click.option("--admin", is_flag=True, help="That of the admin API instead.")
@click.option("--url", default="http://127.0.0.1:8089", show_default=True, help="The server's root that the document names.")
@click.option("--format", "wanted", type=click.Choice(["json", "yaml"]), default="json", show_default=True)
def command(*, admin: bool, url: str, wanted: str) -> None:
    """Print the OpenAPI document of the imitated API, or of the admin API."""
    root = callable_root(url)
    if admin:
        from inbox_mock.admin.routes import document as admin_document

        document = admin_document(root)
    else:
        from inbox_mock.api import openapi
        from inbox_mock.api.operations import OPERATIONS

        document = openapi.document(OPERATIONS, root)
    if wanted == "json":
        click.echo(json.dumps(document, indent=2))
    else:
        import yaml

        click.echo(yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True, width=120), nl=False)

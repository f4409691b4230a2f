"""The commands of `hlz` over what was synthesized: reports, bundles, differences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landing_zone.command_line import DEFAULT_ASSEMBLY, AsOf, Debug, Formats, Json, Quiet, finish, says_progress

reports = typer.Typer()


@reports.command()
def diff(
    before: Annotated[Path, typer.Argument(help="An assembly, or a folder or file of templates.", metavar="A")],
    after: Annotated[Path, typer.Argument(help="The same, later.", metavar="B")],
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what changes from A to B in controls, guardrails, proofs, network paths and resources, and how bad it is.

    Exit code 1: a critical or high change.
    """
    from landing_zone.reports.difference.command import diff_command

    finish(lambda: diff_command(before, after, brief=quiet), as_json=as_json, quiet=False, debug=debug)


@reports.command()
def report(
    formats: Formats = None,
    assembly: Annotated[
        Path, typer.Option(help="An assembly, or a folder with templates of any origin.", metavar="DIR")
    ] = DEFAULT_ASSEMBLY,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", "-m", help="Synthesize this first, instead.", metavar="FILE")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the reports.")] = Path("reports"),
    as_of: AsOf = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write reports for auditors, people and machines, from what was synthesized.

    html, pdf, markdown: to read. csv, xlsx, json: controls, paragraphs, resources, exceptions. oscal: component
    definition, system security plan, assessment results, POA&M. sarif, junit: for pipelines. inventory-json,
    inventory-csv: encryption and retention. access-json, access-csv: who can reach which account.
    """
    from landing_zone.reports.command import report_command

    progress = says_progress(as_json, quiet)
    finish(
        lambda: report_command(assembly, manifest, formats or [], output, as_of, progress=progress, debug=debug),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )


bundles = typer.Typer(help="The evidence bundle.", rich_markup_mode=None)
reports.add_typer(bundles, name="bundle")


@bundles.callback(invoke_without_command=True)
def bundle(
    context: typer.Context,
    assembly: Annotated[Path, typer.Option(help="The assembly.", metavar="DIR")] = DEFAULT_ASSEMBLY,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the bundle.")] = Path("evidence"),
    formats: Formats = None,
    key: Annotated[
        Path | None, typer.Option(help="Ed25519 private key (PEM) that signs the bundle.", metavar="FILE")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write one zip with the reports, the evidence they rest on, and the hash of each; `bundle verify` checks one."""
    if context.invoked_subcommand:
        return
    from landing_zone.reports.bundle_command import bundle_command

    finish(
        lambda: bundle_command(assembly, formats or [], output, as_of, key), as_json=as_json, quiet=quiet, debug=debug
    )


@bundles.command()
def verify(
    path: Annotated[Path, typer.Argument(help="The bundle.", metavar="FILE")],
    public_key: Annotated[
        Path | None, typer.Option(help="Ed25519 public key (PEM) that the signature must belong to.", metavar="FILE")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare every file of a bundle with its hash, and the signature with a key. Exit 1: something was changed."""
    from landing_zone.reports.bundle_command import verify_command

    finish(lambda: verify_command(path, public_key), as_json=as_json, quiet=quiet, debug=debug)

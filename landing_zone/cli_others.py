"""The commands of `hlz` over what somebody else wrote: configurations and organizations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landing_zone.command_line import Debug, Json, Quiet, finish
from landing_zone.outcome import Outcome

Folders = Annotated[
    list[Path],
    typer.Argument(help="Folder of the configuration; of more than one, the last has precedence.", metavar="DIR"),
]
Phi = Annotated[
    list[str] | None, typer.Option("--phi", help="OU or account that holds PHI; may be repeated. Default: by name.")
]
AssessmentFormats = Annotated[
    list[str] | None, typer.Option("--format", help="html or json; may be repeated. Default: both.", metavar="FORMAT")
]
AssessmentOutput = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder of the assessment.", metavar="DIR")
]

others = typer.Typer()
assessments = typer.Typer(
    help="Say what does and does not hold in what somebody else wrote.", no_args_is_help=True, rich_markup_mode=None
)
others.add_typer(assessments, name="assess")


@assessments.command("lza")
def assess_lza(
    folders: Folders,
    phi: Phi = None,
    formats: AssessmentFormats = None,
    output: AssessmentOutput = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Assess a Landing Zone Accelerator configuration: policies, network and settings, each gap with file and line.

    Exit code 1: gaps, or something stays open: not understood, not read, not proved.
    """
    from landing_zone.reports.assess_command import assess_lza_command

    finish(
        lambda: assess_lza_command(folders, phi or [], formats or [], output),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )


@assessments.command("organization")
def assess_organization(
    export: Annotated[Path, typer.Argument(help="An export (a file or a folder).", metavar="EXPORT")],
    phi: Phi = None,
    formats: AssessmentFormats = None,
    output: AssessmentOutput = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Assess a live organization from its export: attachments, statements, delegation, theorems.

    Exit code 1: gaps, or something stays open."""
    from landing_zone.reports.assess_command import assess_organization_command

    finish(
        lambda: assess_organization_command(export, phi or [], formats or [], output),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )


imports = typer.Typer(
    help="Make files of ours from what somebody else wrote.", no_args_is_help=True, rich_markup_mode=None
)
others.add_typer(imports, name="import")


@imports.command("lza")
def import_lza(
    folders: Folders,
    phi: Phi = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the landing zone.", metavar="DIR")] = Path(
        "landing-zone"
    ),
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a landing zone from a Landing Zone Accelerator configuration, and what became of each of its settings.

    Exit code 1: only a part of the configuration could be read, so only a part was carried over.
    """
    from landing_zone.reports.import_command import import_lza_command

    finish(
        lambda: import_lza_command(folders, phi or [], output, brief=quiet), as_json=as_json, quiet=False, debug=debug
    )


@imports.command("organization")
def import_organization(
    export: Annotated[
        Path | None, typer.Argument(help="An export (a file or a folder); without it AWS is asked.", metavar="EXPORT")
    ] = None,
    profile: Annotated[str, typer.Option(help="Profile of the AWS credentials.", metavar="NAME")] = "",
    permissions: Annotated[bool, typer.Option("--permissions", help="Print the IAM policy that is needed.")] = False,
    phi: Phi = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.", metavar="DIR")] = Path(
        "organization"
    ),
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Ask AWS for an organization (read-only) and write organization.json; or, from such an EXPORT, a policy folder.

    `hlz prove --policies` and `hlz assess organization` read what it writes.
    """
    from landing_zone.reports.import_command import import_organization_command, permissions_command

    def run() -> Outcome:
        return permissions_command() if permissions else import_organization_command(export, profile, phi or [], output)

    finish(run, as_json=as_json or permissions, quiet=quiet, debug=debug)

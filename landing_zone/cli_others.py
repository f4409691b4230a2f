"""The commands of `hlz` over what somebody else wrote: configurations and organizations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landing_zone.command_line import Debug, Json, Quiet, finish

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

    Exit code 1: gaps, or a configuration of which only a part could be read.
    """
    from landing_zone.reports.assess_command import assess_lza_command

    finish(
        lambda: assess_lza_command(folders, phi or [], formats or [], output),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )

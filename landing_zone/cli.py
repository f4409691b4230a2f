"""`hlz`: parse, call, print, exit code. Nothing is decided here.

What commands do is imported when one is called: `check`, which runs in pre-commit hooks, needs little of it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from landing_zone.cli_others import others
from landing_zone.cli_reports import reports
from landing_zone.command_line import (
    DEFAULT_MANIFEST,
    Debug,
    Exit,
    Json,
    Manifest,
    Quiet,
    Segments,
    finish,
    says_progress,
    show,
)
from landing_zone.fault import UsageError
from landing_zone.outcome import INTERRUPTED, Outcome, bad_input, catch_signals, internal_error, leave, say
from landing_zone.plan.names import SETTINGS_ROLE

app = typer.Typer(
    help="HIPAA-aligned AWS landing zones from one file.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Entry point. Exit codes: 0 good, 1 findings, 2 bad input or usage, 3 internal error, 130 interrupted."""
    catch_signals()
    try:
        if app(prog_name="hlz", standalone_mode=False) == INTERRUPTED:  # typer has seen it before a command began
            raise KeyboardInterrupt
    except Exit as end:
        leave(end.code)
    except (typer.Abort, KeyboardInterrupt):
        say("interrupted; nothing was written")
        leave(INTERRUPTED)
    except Exception as error:
        outcome = _usage_error(error.format_message()) if hasattr(error, "format_message") else internal_error(error)
        leave(show(outcome, as_json="--json" in sys.argv, quiet=False))


def _usage_error(message: str) -> Outcome:
    if message.startswith("Usage:"):  # no command at all
        return replace(bad_input(UsageError("a command is missing", hint="see hlz --help")), text=message)
    return bad_input(UsageError(message, hint="see hlz --help"))


@app.command()
def init(
    name: Annotated[str | None, typer.Option(help="Short name of the organization.")] = None,
    email: Annotated[str | None, typer.Option(help="Address of account root users; may hold {account}.")] = None,
    home: Annotated[str | None, typer.Option(help="Home Region.")] = None,
    recovery: Annotated[str | None, typer.Option(help="Recovery Region.")] = None,
    phone: Annotated[str | None, typer.Option(help="Telephone of the contacts.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = DEFAULT_MANIFEST,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a first manifest; on a terminal, ask for what is missing."""
    from landing_zone import commands

    answers = {"name": name, "email": email, "home": home, "recovery": recovery, "phone": phone}
    if sys.stdin and sys.stdin.isatty() and not as_json:
        for key, question in commands.INIT_QUESTIONS.items():
            answers[key] = answers[key] or typer.prompt(question, default=commands.INIT_DEFAULTS.get(key))
    finish(lambda: commands.init(answers, output), as_json=as_json, quiet=quiet, debug=debug)


@app.command()
def schema(as_json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Print the manifest's JSON Schema, with descriptions and defaults."""
    from landing_zone import commands

    finish(commands.schema, as_json=True, quiet=quiet, debug=debug)


@app.command()
def validate(
    manifest: Manifest = DEFAULT_MANIFEST, as_json: Json = False, quiet: Quiet = False, debug: Debug = False
) -> None:
    """Check the manifest (and its lock, if there is one); print every fault with its place."""
    from landing_zone import commands

    finish(lambda: commands.validate(manifest), as_json=as_json, quiet=quiet, debug=debug)


@app.command()
def plan(
    manifest: Manifest = DEFAULT_MANIFEST,
    write: Annotated[bool, typer.Option("--write", help="Update the lock file.")] = False,
    release: Annotated[
        list[str] | None, typer.Option(help="Give back the address ranges of this account first.", metavar="ACCOUNT")
    ] = None,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Show the address plan: pools, reserve, every network and its subnets.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show what will exist: deployments, variants, addresses."""
    from landing_zone import commands

    finish(
        lambda: commands.plan(manifest, write=write, release=release or [], addresses=addresses, brief=quiet),
        as_json=as_json,
        quiet=False,
        debug=debug,
    )


@app.command()
def synth(
    manifest: Manifest = DEFAULT_MANIFEST,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the cloud assembly.")] = Path("cdk.out"),
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Synthesize, check and write the cloud assembly that `cdk deploy --app` takes."""
    from landing_zone import commands

    finish(
        lambda: commands.synth(manifest, output, progress=says_progress(as_json, quiet), debug=debug),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Templates or folders; default: the manifest's.")] = None,
    manifest: Manifest = DEFAULT_MANIFEST,
    fast: Annotated[
        bool, typer.Option("--fast", help="Our rules alone, over PATHs: no cdk-nag, no cfn-lint, no network theorems.")
    ] = False,
    segments: Segments = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="An earlier --json document; only findings that it has not count.", metavar="FILE"),
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="sarif, junit or markdown; may be repeated.", metavar="FORMAT")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of these files.")] = Path("reports"),
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run every rule, ours, cdk-nag's and cfn-lint's, on the manifest's variants or on templates that exist."""
    from landing_zone.check_command import Options, check_command

    asked = Options(
        manifest=manifest,
        paths=paths or [],
        fast=fast,
        segments=segments,
        baseline=baseline,
        formats=formats or [],
        output=output,
        progress=says_progress(as_json, quiet),
        debug=debug,
    )
    finish(lambda: check_command(asked), as_json=as_json, quiet=quiet, debug=debug)


@app.command()
def guardrails(
    manifest: Manifest = DEFAULT_MANIFEST,
    account: Annotated[str | None, typer.Option(help="Explain this account: what holds there, and from where.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the policies, a file each.", metavar="DIR")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show the organization policies: per target what they use of the quotas, per account what applies."""
    from landing_zone import commands

    finish(
        lambda: commands.guardrails(manifest, account, output, brief=quiet),
        as_json=as_json,
        quiet=False,
        debug=debug,
    )


@app.command()
def prove(
    manifest: Manifest = DEFAULT_MANIFEST,
    policies: Annotated[
        Path | None,
        typer.Option(help="Prove over the policies of this folder (attachments.yaml) instead.", metavar="DIR"),
    ] = None,
    network: Annotated[
        Path | None,
        typer.Option(help="Prove over these templates (a folder, a file or a cdk.out) instead.", metavar="DIR"),
    ] = None,
    segments: Segments = None,
    explain: Annotated[str | None, typer.Option(help="Show everything about this theorem.", metavar="ID")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for verdicts and certificates.", metavar="DIR")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(help="Replay the certificates of this folder instead of proving.", metavar="DIR")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Prove what guardrails and networks can and cannot do: who may do what, who reaches whom, and through what."""
    from landing_zone import commands

    progress = says_progress(as_json, quiet)
    finish(
        lambda: commands.prove(
            manifest,
            network,
            policies,
            segments,
            explain=explain,
            output=output,
            verify=verify,
            brief=quiet,
            progress=progress,
        ),
        as_json=as_json,
        quiet=False,
        debug=debug,
    )


@app.command(name="map")
def draw(
    manifest: Manifest = DEFAULT_MANIFEST,
    network: Annotated[
        Path | None, typer.Option(help="Draw these templates (a folder, a file or a cdk.out) instead.", metavar="DIR")
    ] = None,
    segments: Segments = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the maps.")] = Path("maps"),
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw the network: an SVG and a Mermaid text for each Region and for the whole organization."""
    from landing_zone import commands

    progress = says_progress(as_json, quiet)
    finish(
        lambda: commands.draw(manifest, network, segments, output, progress=progress),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )


@app.command()
def bootstrap(
    manifest: Manifest = DEFAULT_MANIFEST,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for template, script and guide.", metavar="DIR")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show what accounts need before `cdk deploy`, phase by phase; with -o, write the template and the commands."""
    from landing_zone import commands

    finish(
        lambda: commands.bootstrap(manifest, output, progress=says_progress(as_json, quiet), debug=debug),
        as_json=as_json,
        quiet=quiet,
        debug=debug,
    )


@app.command()
def settings(
    manifest: Manifest = DEFAULT_MANIFEST,
    plan: Annotated[bool, typer.Option("--plan", help="Compare and change nothing (the default).")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Change what differs, read it back, record it.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="List what is wanted, without AWS.")] = False,
    permissions: Annotated[bool, typer.Option("--permissions", help="Print the IAM policies that are needed.")] = False,
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be repeated.")] = None,
    setting: Annotated[list[str] | None, typer.Option(help="Only this setting; may be repeated.")] = None,
    role: Annotated[str, typer.Option(help="Role that is assumed in every other account.")] = SETTINGS_ROLE,
    workers: Annotated[int, typer.Option(help="Accounts worked on at the same time, each in all Regions.")] = 16,
    patience: Annotated[float, typer.Option(help="Seconds a throttled call is tried again.")] = 180,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The journal.", metavar="FILE")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the settings that CloudFormation cannot: organization, detective services, account switches, contacts."""
    from landing_zone import commands

    def run() -> Outcome:
        if plan and apply:
            raise UsageError("--plan and --apply exclude each other")
        return commands.settings(
            manifest=manifest,
            apply=apply,
            offline=offline,
            permissions=permissions,
            accounts=account or [],
            settings=setting or [],
            role=role,
            workers=workers,
            patience=patience,
            journal=output,
            brief=quiet,
            progress=says_progress(as_json, quiet),
        )

    finish(run, as_json=as_json or permissions, quiet=False, debug=debug)


@app.command()
def adopt(
    manifest: Manifest = DEFAULT_MANIFEST,
    write: Annotated[bool, typer.Option("--write", help="Put what was learned into the lock file.")] = False,
    permissions: Annotated[bool, typer.Option("--permissions", help="Print the IAM policies that are needed.")] = False,
    role: Annotated[str, typer.Option(help="Role that is assumed in every other account.")] = SETTINGS_ROLE,
    workers: Annotated[int, typer.Option(help="Accounts asked at the same time.")] = 16,
    patience: Annotated[float, typer.Option(help="Seconds a throttled call is tried again.")] = 180,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Learn ids from AWS: organization, OUs, accounts, keys, Identity Center. Reads AWS and changes nothing there."""
    from landing_zone import commands

    finish(
        lambda: commands.adopt(
            manifest=manifest,
            write=write,
            permissions=permissions,
            role=role,
            workers=workers,
            patience=patience,
            brief=quiet,
            progress=says_progress(as_json, quiet),
        ),
        as_json=as_json or permissions,
        quiet=False,
        debug=debug,
    )


app.add_typer(reports)
app.add_typer(others)


if __name__ == "__main__":
    main()

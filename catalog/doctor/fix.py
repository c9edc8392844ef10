"""Applies the proposals a person listed, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from catalog.doctor.findings import Finding
from catalog.errors import BadInput
from catalog.files import write_atomically


def read_choice(path: Path) -> list[str]:
    """Read the keys a person listed, one a line; text after the key is a note.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadInput(f"--fix {path}: {error.strerror}, give a text file with one key a line") from error
    return [line.split()[0] for line in lines if line.strip() and not line.lstrip().startswith("#")]


def apply(data_dir: Path, findings: list[Finding], keys: list[str]) -> list[Finding]:
    """Write the proposals with ``keys`` into their record files and return them.

    Order, comments and layout of the files stay as they are.

    Raises:
        BadInput: a key belongs to no finding, or its finding has no proposal.
    """
    by_key = {finding.key: finding for finding in findings}
    for key in keys:
        if key not in by_key:
            raise BadInput(f"--fix: {key} is no key of the present findings, run doctor again")
        if by_key[key].proposal is None:
            raise BadInput(f"--fix: {key} has no proposal, correct {by_key[key].record} by hand")
    chosen = [by_key[key] for key in dict.fromkeys(keys)]
    for record in sorted({finding.record for finding in chosen}):
        own = [finding for finding in chosen if finding.record == record]
        _rewrite(data_dir / "technologies" / f"{record}.yaml", own)
    return chosen


def _rewrite(path: Path, findings: list[Finding]) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100
    tree = yaml.load(path.read_text(encoding="utf-8-sig"))
    for finding in findings:
        *way, last = finding.field.split(".")
        place: Any = tree
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[last] = finding.proposal
    stream = io.StringIO()
    yaml.dump(tree, stream)
    write_atomically(path, stream.getvalue().encode("utf-8"))

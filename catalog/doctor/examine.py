"""Runs every check over a data folder, also over records that do not load."""

from __future__ import annotations

from pathlib import Path

from catalog.codes import load_codes
from catalog.doctor.figures import check_figures
from catalog.doctor.findings import Finding
from catalog.doctor.texts import (
    check_aliases,
    check_citations,
    check_duplicates,
    check_thin,
    read_policy_texts,
)
from catalog.errors import Fault
from catalog.load import read_records
from catalog.policy import PolicyRegister, load_policy
from catalog.schema import Technology
from catalog.validate import check_references


def examine(data_dir: Path, policy_texts: Path | None = None) -> list[Finding]:
    """Return all findings on the records in ``data_dir``, in the order of record and field.

    Args:
        data_dir: folder with ``technologies/``, ``codes/`` and ``policy/``.
        policy_texts: folder with ``<document key>.txt`` files; without it citations are
            not compared with the documents, which are not part of the repository.

    Raises:
        CatalogError: the vocabularies or the policy register themselves hold faults.
        BadInput: ``policy_texts`` is incomplete.
    """
    codes = load_codes(data_dir / "codes")
    policy = load_policy(data_dir / "policy")
    files = sorted((data_dir / "technologies").glob("*.yaml"))
    technologies, faults = read_records(files, [path.read_bytes() for path in files], codes)
    findings = [_from_fault("load", fault) for fault in faults]
    findings += [_from_fault("reference", fault) for fault in _dead(technologies, policy, files)]
    texts = read_policy_texts(policy_texts, list(policy.documents)) if policy_texts else {}
    for technology in technologies:
        findings += check_figures(technology)
        findings += check_thin(technology)
        if texts:
            findings += check_citations(technology, texts)
    findings += check_duplicates(technologies)
    findings += check_aliases(technologies)
    return sorted(set(findings), key=lambda f: (f.record, f.field, f.check))


def _dead(technologies: list[Technology], policy: PolicyRegister, files: list[Path]) -> list[Fault]:
    """Reference faults, without those that only follow from a record that did not load."""
    loaded = {technology.id for technology in technologies}
    present = {path.stem for path in files}
    return [fault for fault in check_references(technologies, policy) if fault.value not in present - loaded]


def _from_fault(check: str, fault: Fault) -> Finding:
    field = fault.field.replace("[", ".").replace("]", "")
    return Finding(Path(fault.file).stem, field, check, fault.value, fault.cure)

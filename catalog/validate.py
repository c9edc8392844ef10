"""Checks across records: references, merged numbers, citations."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.errors import Fault
from catalog.policy import PolicyRegister
from catalog.schema import Technology

_REFERENCES = ("alternatives", "conflicts_with", "requires")


def check_references(technologies: list[Technology], policy: PolicyRegister) -> list[Fault]:
    """Return the faults that only show when all records are seen together."""
    faults: list[Fault] = []
    ids = {technology.id for technology in technologies}
    names: dict[str, str] = {}
    merged: dict[str, str] = {}
    for technology in technologies:
        file = f"data/technologies/{technology.id}.yaml"
        faults += _dangling(file, technology, ids)
        faults += _citations(file, technology, policy)
        other = names.setdefault(technology.name, technology.id)
        if other != technology.id:
            faults.append(Fault(file, "name", technology.name, f"is the name of {other} too"))
        for old in technology.merged_ids:
            if old in ids or merged.setdefault(old, technology.id) != technology.id:
                faults.append(Fault(file, "merged_ids", old, "belongs to another record, remove it"))
    return sorted(faults)


def _dangling(file: str, technology: Technology, ids: set[str]) -> Iterator[Fault]:
    references = [(field, ref) for field in _REFERENCES for ref in getattr(technology, field)]
    if technology.parent is not None:
        references.append(("parent", technology.parent))
    for field, reference in references:
        if reference == technology.id:
            yield Fault(file, field, reference, "refers to the record itself, remove it")
        elif reference not in ids:
            yield Fault(file, field, reference, "no record has this id, correct or remove it")


def _citations(file: str, technology: Technology, policy: PolicyRegister) -> Iterator[Fault]:
    for index, source in enumerate(technology.sources):
        if source.doc not in policy.documents:
            known = ", ".join(policy.documents)
            yield Fault(file, f"sources[{index}].doc", source.doc, f"write one of {known}")


def price_year_flags(technologies: list[Technology]) -> list[Fault]:
    """Return a flag for every amount of money whose price year is unknown.

    Such an amount loads and is shown, but stays out of every calculation.
    """
    flags = []
    for technology in technologies:
        for field in ("investment", "operating_cost"):
            amounts = getattr(technology, field)
            if amounts == "unknown":
                continue
            for index, amount in enumerate(amounts):
                if amount.price_year == "unknown":
                    flags.append(
                        Fault(
                            f"data/technologies/{technology.id}.yaml",
                            f"{field}[{index}].price_year",
                            "unknown",
                            "flag: the amount stays out of economics until a price year is known",
                        )
                    )
    return flags

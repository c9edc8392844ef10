"""Sectors and common systems: how the catalogue is divided for readers and counted.

``data/sectors.yaml`` says which GB/T 4754 prefixes, processes or cross-industry fields
make up a sector, and how deep the catalogue must be there. One record may belong to
several sectors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from catalog.codes import Codes
from catalog.errors import CatalogError, Fault, UnknownCode
from catalog.paths import DATA_DIR
from catalog.schema import Technology


class Sector(BaseModel):
    """One sector or common system and the codes that make it up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    label: str
    kind: Literal["sector", "system"]
    industries: list[str] = []
    processes: list[str] = []
    cross_industry: list[str] = []
    minimum: Annotated[int, Field(ge=0)]

    def holds(self, technology: Technology) -> bool:
        """Return whether ``technology`` belongs to this sector."""
        return (
            any(code.startswith(prefix) for code in technology.industries for prefix in self.industries)
            or bool(set(self.processes) & set(technology.processes))
            or bool(set(self.cross_industry) & set(technology.cross_industry))
        )


_SECTORS = TypeAdapter(list[Sector])


def load_sectors(codes: Codes, data_dir: Path = DATA_DIR) -> list[Sector]:
    """Read ``data/sectors.yaml`` and resolve its labels to codes.

    Raises:
        CatalogError: unknown field or code, every fault listed.
    """
    name = "data/sectors.yaml"
    raw = yaml.load((data_dir / "sectors.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    try:
        sectors = _SECTORS.validate_python(raw)
    except ValidationError as error:
        raise CatalogError(
            [Fault(name, ".".join(map(str, e["loc"])), str(e["input"]), e["msg"]) for e in error.errors()]
        ) from error
    faults: list[Fault] = []
    resolved = []
    for sector in sectors:
        lists: dict[str, list[str]] = {}
        for field in ("processes", "cross_industry"):
            lists[field] = []
            for value in getattr(sector, field):
                try:
                    lists[field].append(codes.resolve(field, value))
                except UnknownCode as error:
                    faults.append(Fault(name, f"{sector.key}.{field}", value, str(error)))
        resolved.append(sector.model_copy(update=lists))
    if faults:
        raise CatalogError(faults)
    return resolved

"""Data files -> records: collects every fault of every file, then raises once.

Parsing a thousand YAML files takes seconds; the result is kept as one JSON file in the
user's cache, keyed on the content of all files it was made from, so it rebuilds itself
whenever one of them changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from catalog.codes import Codes, load_codes
from catalog.errors import CatalogError, Fault
from catalog.files import write_atomically
from catalog.paths import DATA_DIR, cache_dir
from catalog.policy import PolicyRegister, load_policy
from catalog.schema import Technology
from catalog.usage import Usage, load_usage

_TECHNOLOGIES = TypeAdapter(list[Technology])
_KEPT_COMPILED_FORMS = 3


class Catalog:
    """All records with the vocabularies and policy register they refer to."""

    def __init__(
        self,
        technologies: list[Technology],
        codes: Codes,
        policy: PolicyRegister,
        fingerprint: str,
        usage: Usage | None = None,
    ) -> None:
        self._by_id = {technology.id: technology for technology in technologies}
        self.codes = codes
        self.policy = policy
        self.fingerprint = fingerprint
        self.usage = usage or Usage()

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, technology_id: object) -> bool:
        return technology_id in self._by_id

    def __getitem__(self, technology_id: str) -> Technology:
        return self._by_id[technology_id]

    @property
    def technologies(self) -> list[Technology]:
        """Return all records in the order of their numbers."""
        return list(self._by_id.values())

    @cached_property
    def family_ids(self) -> frozenset[str]:
        """Ids of families: records that others name as parent."""
        return frozenset(t.parent for t in self.technologies if t.parent is not None)

    @cached_property
    def recommendable(self) -> list[Technology]:
        """Records that may be recommended: in force, and no family."""
        return [t for t in self.technologies if t.status == "current" and t.id not in self.family_ids]

    def children(self, technology_id: str) -> list[Technology]:
        """Return the concrete records of a family."""
        return [t for t in self.technologies if t.parent == technology_id]


class _StrictLoader(yaml.CSafeLoader):
    """libyaml loader that refuses a key written twice."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            line = key_node.start_mark.line + 1
            raise yaml.YAMLError(f"line {line}: key '{key}' stands twice, remove one")
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_catalog(data_dir: Path = DATA_DIR, *, use_cache: bool = True) -> Catalog:
    """Load the whole catalogue.

    Args:
        data_dir: folder with ``technologies/``, ``codes/``, ``policy/`` and, if any, ``usage/``.
        use_cache: read and write the compiled form in the user's cache.

    Raises:
        CatalogError: one or more faults; the message has a line for each.
    """
    files = sorted((data_dir / "technologies").glob("*.yaml"))
    contents = [path.read_bytes() for path in files]
    fingerprint = _fingerprint(data_dir, files, contents)
    codes = load_codes(data_dir / "codes")
    policy = load_policy(data_dir / "policy")
    compiled = cache_dir() / "catalog" / f"{fingerprint}.json"
    if use_cache:
        technologies = _read_compiled(compiled)
        if technologies is not None:
            usage = load_usage(data_dir / "usage", {technology.id for technology in technologies})
            return Catalog(technologies, codes, policy, fingerprint, usage)
    technologies = parse_records(files, contents, codes)
    from catalog.validate import check_references

    faults = check_references(technologies, policy)
    if faults:
        raise CatalogError(faults)
    if use_cache:
        _write_compiled(compiled, technologies)
    usage = load_usage(data_dir / "usage", {technology.id for technology in technologies})
    return Catalog(technologies, codes, policy, fingerprint, usage)


def parse_records(files: list[Path], contents: list[bytes], codes: Codes) -> list[Technology]:
    """Parse YAML ``contents`` into records.

    Raises:
        CatalogError: every fault of every file.
    """
    technologies, faults = read_records(files, contents, codes)
    if faults:
        raise CatalogError(sorted(faults))
    return technologies


def read_records(
    files: list[Path], contents: list[bytes], codes: Codes
) -> tuple[list[Technology], list[Fault]]:
    """Parse YAML ``contents``; return the records that are sound and the faults of the others."""
    faults: list[Fault] = []
    technologies = []
    for path, content in zip(files, contents, strict=True):
        technology = _parse_one(f"data/technologies/{path.name}", content, codes, faults)
        if technology is None:
            continue
        technologies.append(technology)
        if path.stem != technology.id:
            faults.append(
                Fault(f"data/technologies/{path.name}", "id", technology.id, "must be the file's name")
            )
    return sorted(technologies, key=lambda technology: technology.id), faults


def _parse_one(name: str, content: bytes, codes: Codes, faults: list[Fault]) -> Technology | None:
    try:
        raw = yaml.load(content.decode("utf-8-sig"), Loader=_StrictLoader)
    except UnicodeDecodeError:
        faults.append(Fault(name, "file", content[:20].hex(), "is not UTF-8, save it as UTF-8"))
        return None
    except yaml.YAMLError as error:
        faults.append(Fault(name, "file", "YAML", " ".join(str(error).split())))
        return None
    if not isinstance(raw, dict):
        faults.append(Fault(name, "file", type(raw).__name__, "must be a mapping of field: value"))
        return None
    try:
        return Technology.model_validate(raw, context={"codes": codes})
    except ValidationError as error:
        faults.extend(_faults_of(name, error))
        return None


_CURES = {
    "missing": "is missing, add it",
    "extra_forbidden": "is no field of this record, remove it or correct its name",
}


def _faults_of(name: str, error: ValidationError) -> list[Fault]:
    faults: dict[str, Fault] = {}
    for detail in error.errors():
        place = [part for part in detail["loc"] if not str(part).startswith(("literal[", "list["))]
        field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
        field = field.lstrip(".") or "record"
        value = "" if detail["type"] == "missing" else _shown(detail["input"])
        cure = _CURES.get(detail["type"], detail["msg"].removeprefix("Value error, "))
        is_union_leg = detail["type"] == "literal_error" and "'unknown'" in detail["msg"]
        previous = faults.get(field)
        if previous is not None and is_union_leg:
            continue
        faults[field] = Fault(name, field, value, cure)
    return list(faults.values())


def _shown(value: Any) -> str:
    return f"{type(value).__name__} of {len(value)}" if isinstance(value, (dict, list)) else str(value)


def _fingerprint(data_dir: Path, files: list[Path], contents: list[bytes]) -> str:
    """Hash everything the loaded records depend on: data files and the model's own code."""
    digest = hashlib.blake2b(digest_size=16)
    code = Path(__file__).parent
    others = [*sorted((data_dir / "codes").glob("*.csv")), *sorted((data_dir / "policy").iterdir())]
    others += sorted((data_dir / "usage").glob("*.csv"))
    others += [code / "schema.py", code / "load.py", code / "validate.py", code / "codes.py"]
    named = [*zip(files, contents, strict=True), *((path, path.read_bytes()) for path in others)]
    for path, content in named:
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _read_compiled(path: Path) -> list[Technology] | None:
    try:
        return _TECHNOLOGIES.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _write_compiled(path: Path, technologies: list[Technology]) -> None:
    try:
        write_atomically(path, _TECHNOLOGIES.dump_json(technologies, by_alias=True))
        old = sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for file in old[:-_KEPT_COMPILED_FORMS]:
            file.unlink(missing_ok=True)
    except OSError:
        return  # a read-only home costs time, not function

"""What an index was made from, and the folder it lives in.

An index folder is named by the hash of its manifest, built in a temporary folder and
renamed into place when complete, so a reader never sees half of one and two processes
that build at once do no harm. A folder whose files do not match their recorded hashes is
rebuilt.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

MANIFEST_FILE = "manifest.json"
_KEPT_FOLDERS = 4


@dataclass(frozen=True)
class Manifest:
    """Everything an index depends on."""

    kind: str
    model: str
    revision: str
    recipe: str
    segmentation: str
    dimension: int
    count: int
    catalogue: str

    @property
    def folder_name(self) -> str:
        """Name of the index folder: kind and hash of all fields."""
        content = json.dumps(asdict(self), sort_keys=True).encode()
        return f"{self.kind}-{hashlib.blake2b(content, digest_size=10).hexdigest()}"


def open_or_build(root: Path, manifest: Manifest, build: Callable[[Path], None]) -> Path:
    """Return the folder of the index, built if it is missing, stale or damaged.

    Args:
        root: folder that holds the indexes.
        manifest: what the index must have been made from.
        build: writes the files of the index into the folder it is given.
    """
    folder = root / manifest.folder_name
    if is_complete(folder, manifest):
        return folder
    root.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{manifest.folder_name}.", dir=root))
    try:
        build(fresh)
        _write_manifest(fresh, manifest)
        _move_into_place(fresh, folder, manifest)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _prune(root, manifest.kind)
    return folder


def is_complete(folder: Path, manifest: Manifest) -> bool:
    """True when the folder holds exactly what its manifest promises, byte for byte."""
    try:
        stored = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if stored["manifest"] != asdict(manifest):
            return False
        files: dict[str, str] = stored["files"]
        return all(_hash(folder / name) == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = {
        "manifest": asdict(manifest),
        "files": {path.relative_to(folder).as_posix(): _hash(path) for path in files},
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def _move_into_place(fresh: Path, folder: Path, manifest: Manifest) -> None:
    for _ in range(5):
        try:
            fresh.rename(folder)
            return
        except OSError:
            if is_complete(folder, manifest):
                return  # another process was first
            shutil.rmtree(folder, ignore_errors=True)
    raise OSError(f"{folder}: cannot be replaced, delete it and start again")


def _hash(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _prune(root: Path, kind: str) -> None:
    folders = sorted(root.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime)
    for folder in folders[:-_KEPT_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)

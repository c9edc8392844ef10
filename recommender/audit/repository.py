"""Audit projects in the store: new, open, save, duplicate, list, remove, export and import as one file."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import BadInput
from catalog.files import write_atomically
from catalog.parsing import parsed
from catalog.store import Conflict, Document, Store, Summary
from recommender.audit.project import FORMAT, AuditProject

KIND = "project"
SUFFIX = ".qyproject.json"


@dataclass(frozen=True)
class Saved:
    """A project as it stands in the store."""

    id: str
    revision: int
    saved_at: str
    saved_by: str
    project: AuditProject


def _saved(document: Document) -> Saved:
    project = parsed(AuditProject, document.body, where=f"项目 {document.id}")
    return Saved(document.id, document.revision, document.saved_at, document.saved_by, project)


class ProjectRepository:
    """The only way to projects; one object may be shared between threads."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def create(self, project: AuditProject, *, id: str | None = None, actor: str = "") -> Saved:
        """Add a project; without ``id`` a short random one is chosen.

        Raises:
            BadInput: the id is taken or not made of letters, digits, ``-`` and ``_``.
        """
        chosen = id or secrets.token_hex(4)
        if not chosen.replace("-", "").replace("_", "").isalnum() or len(chosen) > 60:
            raise BadInput(f"项目编号“{chosen}”：请只用字母、数字、- 和 _，不超过 60 个字符")
        body = project.model_dump(mode="json")
        return _saved(self.store.create(KIND, chosen, body, name=project.profile.name, actor=actor))

    def open(self, id: str) -> Saved:
        """Return a project.

        Raises:
            NotFound: there is none.
            BadInput: the stored content does not fit this program.
        """
        return _saved(self.store.get(KIND, id))

    def save(self, id: str, project: AuditProject, *, revision: int, actor: str = "") -> Saved:
        """Save a change that started from ``revision``.

        Raises:
            Conflict: somebody else saved since; nothing was overwritten. ``copy_of_conflict``
                keeps this version beside the other.
        """
        body = project.model_dump(mode="json")
        return _saved(
            self.store.save(KIND, id, body, name=project.profile.name, revision=revision, actor=actor)
        )

    def save_or_copy(
        self, id: str, project: AuditProject, *, revision: int, actor: str = ""
    ) -> tuple[Saved, Conflict | None]:
        """Save; in a conflict keep this version as a project of its own and say so."""
        try:
            return self.save(id, project, revision=revision, actor=actor), None
        except Conflict as conflict:
            name = f"{project.profile.name}（冲突副本）"
            profile = project.profile.model_copy(update={"name": name})
            return self.create(project.changed(profile=profile), actor=actor), conflict

    def duplicate(self, id: str, *, actor: str = "") -> Saved:
        """Return a new project with the content of another."""
        project = self.open(id).project
        profile = project.profile.model_copy(update={"name": f"{project.profile.name}（副本）"})
        return self.create(project.changed(profile=profile), actor=actor)

    def projects(self) -> list[Summary]:
        """Return all projects without their content, last saved first."""
        return self.store.documents(KIND)

    def remove(self, id: str) -> None:
        """Remove a project.

        Raises:
            NotFound: there is none.
        """
        self.store.remove(KIND, id)

    def job(self, id: str) -> str:
        """Return the name under which job results of a project are kept."""
        return f"{KIND}:{id}"


def as_file(project: AuditProject) -> bytes:
    """Return the project as one file: JSON, the same bytes for the same project."""
    content = {"qingyuan_project": FORMAT, "project": project.model_dump(mode="json")}
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def from_file(content: bytes, name: str) -> AuditProject:
    """Return the project of an exported file.

    Raises:
        BadInput: not a project file, of a newer program, or with faults (one line each).
    """
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{name}: 不是有效的项目文件（JSON 无法解析），请选择由“导出项目”生成的文件"
        ) from error
    if not isinstance(data, dict) or "qingyuan_project" not in data:
        raise BadInput(f"{name}: 不是项目文件，请选择由“导出项目”生成的文件")
    if data["qingyuan_project"] != FORMAT:
        raise BadInput(
            f"{name}: 文件格式为第 {data['qingyuan_project']} 版，本程序只认第 {FORMAT} 版，请升级程序"
        )
    return parsed(AuditProject, data.get("project"), where=name)


def write_file(project: AuditProject, path: Path) -> None:
    """Write the project as one file.

    Raises:
        BadInput: the folder cannot be written.
    """
    try:
        write_atomically(path, as_file(project))
    except OSError as error:
        raise BadInput(f"{path}: 无法写入（{error.strerror}），请换一个可写的目录") from error


def read_file(path: Path) -> AuditProject:
    """Return the project of an exported file.

    Raises:
        BadInput: the file cannot be read or is no project.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: 无法读取（{error.strerror}），请检查文件路径") from error
    return from_file(content, path.name)

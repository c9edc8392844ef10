"""The one module that speaks SQL: documents with revisions, events, job results, attachments.

A document is a JSON body with a kind and an id (a consultant's project, a nomination, an
edition). Saving names the revision the change started from; when somebody else saved in
between, nothing is overwritten: ``Conflict`` carries the newer version, and the caller can
keep its own as a copy. Events are only ever added. SQLAlchemy Core on SQLite; the same
statements run on PostgreSQL when a URL of one is given.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from catalog.errors import BadInput, QingyuanError
from catalog.paths import user_home

DATABASE_VARIABLE = "QINGYUAN_DATABASE"
DATABASE_NAME = "qingyuan.db"
SCHEMA_VERSION = 1
BUSY_SECONDS = 10
"""How long a connection waits for another that writes."""
KIND_LABELS = {"project": "项目", "dossier": "申报", "expert": "专家", "need": "技术需求"}
"""What people call the kinds of documents."""

_metadata = sa.MetaData()
_meta = sa.Table(
    "meta", _metadata, sa.Column("key", sa.String(40), primary_key=True), sa.Column("value", sa.Text)
)
_documents = sa.Table(
    "documents",
    _metadata,
    sa.Column("kind", sa.String(40), primary_key=True),
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("saved_at", sa.String(32), nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
_events = sa.Table(
    "events",
    _metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("id", sa.String(80), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("events_of", "kind", "id"),
)
_results = sa.Table(
    "results",
    _metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
_blobs = sa.Table(
    "blobs",
    _metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)


class NotFound(QingyuanError):
    """No document of that kind and id."""


class Immutable(QingyuanError):
    """The document is frozen."""


@dataclass(frozen=True)
class Summary:
    """One document without its body."""

    kind: str
    id: str
    name: str
    revision: int
    saved_at: str
    saved_by: str


@dataclass(frozen=True)
class Document(Summary):
    """One document."""

    body: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One recorded step; never changed, never deleted."""

    seq: int
    kind: str
    id: str
    action: str
    actor: str
    role: str
    at: str
    reason: str
    detail: dict[str, Any]


class Conflict(QingyuanError):
    """Somebody else saved in between; ``newer`` is what now stands in the store."""

    def __init__(self, newer: Document) -> None:
        super().__init__(
            f"“{newer.name}”已由{newer.saved_by or '他人'}于 {newer.saved_at} 另行保存"
            f"（第 {newer.revision} 版）；您的改动没有覆盖它，可另存为副本，或载入新版后再改"
        )
        self.newer = newer


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _dump(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def default_url() -> str:
    """Return the database to use: ``QINGYUAN_DATABASE`` (URL or file), else a file in the user data folder.

    Raises:
        BadInput: the folder cannot be made.
    """
    chosen = os.environ.get(DATABASE_VARIABLE, "").strip()
    if chosen:
        return str(_file_url(Path(chosen).expanduser())) if _is_file(chosen) else chosen
    folder = user_home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_open(str(folder), error) from error
    return str(_file_url(folder / DATABASE_NAME))


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+._-]+:")
"""What a URL begins with; one letter before the colon is a drive."""


def _is_file(address: str) -> bool:
    return not _SCHEME.match(address)


def _file_url(path: Path) -> sa.URL:
    return sa.URL.create("sqlite", database=str(path))


def _url(address: str) -> sa.URL:
    return _file_url(Path(address).expanduser()) if _is_file(address) else sa.make_url(address)


def _cannot_open(address: str, error: Exception) -> BadInput:
    if isinstance(error, sa.exc.ArgumentError):
        return BadInput(
            f"数据库 {address}: 无法打开，不是文件路径或数据库地址，请写文件路径（如 /data/qingyuan.db）"
            "或 postgresql+psycopg://主机/库名"
        )
    return BadInput(f"数据库 {address}: 无法打开（{type(error).__name__}），请检查路径和写入权限")


class Store:
    """Documents, events, job results and attachments in one database; safe to share between threads."""

    def __init__(self, engine: sa.Engine, *, clock: Callable[[], str] = _now) -> None:
        self._engine = engine
        self._clock = clock

    @classmethod
    def open(cls, url: str | Path | None = None, *, clock: Callable[[], str] = _now) -> Store:
        """Open a database, making its tables if it is new.

        Args:
            url: a database URL or the path of a SQLite file; the user's database by default.
            clock: gives the time written beside every change, ISO 8601.

        Raises:
            BadInput: the database cannot be opened or was written by a newer program.
        """
        address: sa.URL | None = None
        try:
            address = _file_url(url) if isinstance(url, Path) else _url(url or default_url())
            engine = sa.create_engine(address)
            if engine.dialect.name == "sqlite":
                sa.event.listen(engine, "connect", _prepare_sqlite)
            store = cls(engine, clock=clock)
            store._prepare()
        except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
            raise _cannot_open(str(address or url), error) from error  # a URL hides its password
        return store

    def _prepare(self) -> None:
        with self._writing() as connection:
            _metadata.create_all(connection)
            found = connection.execute(sa.select(_meta.c.value).where(_meta.c.key == "schema")).scalar()
            if found is None:
                connection.execute(_meta.insert().values(key="schema", value=str(SCHEMA_VERSION)))
            elif int(found) > SCHEMA_VERSION:
                raise BadInput(f"数据库由更新版本的程序写成（第 {found} 版结构），请升级程序后再打开")

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            with connection.begin() if not connection.in_transaction() else _commits(connection):
                yield connection

    def create(self, kind: str, id: str, body: dict[str, Any], *, name: str, actor: str = "") -> Document:
        """Add a document with revision 1.

        Raises:
            BadInput: the id is taken.
        """
        row = {
            "kind": kind, "id": id, "name": name, "revision": 1,
            "saved_at": self._clock(), "saved_by": actor, "body": _dump(body),
        }  # fmt: skip
        try:
            with self._writing() as connection:
                connection.execute(_documents.insert().values(row))
                return self._get(connection, kind, id)
        except sa.exc.IntegrityError as error:
            raise BadInput(f"{KIND_LABELS.get(kind, kind)}编号“{id}”已存在，请换一个编号") from error

    def get(self, kind: str, id: str) -> Document:
        """Return a document.

        Raises:
            NotFound: there is none.
        """
        with self._engine.connect() as connection:
            return self._get(connection, kind, id)

    def _get(self, connection: sa.Connection, kind: str, id: str) -> Document:
        row = connection.execute(
            sa.select(_documents).where(_documents.c.kind == kind, _documents.c.id == id)
        ).first()
        if row is None:
            raise NotFound(f"没有编号为“{id}”的{KIND_LABELS.get(kind, kind)}，请先新建或检查编号")
        return Document(
            row.kind, row.id, row.name, row.revision, row.saved_at, row.saved_by, json.loads(row.body)
        )

    def save(
        self, kind: str, id: str, body: dict[str, Any], *, name: str, revision: int, actor: str = ""
    ) -> Document:
        """Save a change that started from ``revision``; the same body again changes nothing.

        Raises:
            NotFound: the document is gone.
            Conflict: somebody saved since; nothing was written.
        """
        content = _dump(body)
        with self._writing() as connection:
            current = self._get(connection, kind, id)
            if current.revision != revision:
                raise Conflict(current)
            if _dump(current.body) == content and current.name == name:
                return current
            connection.execute(
                _documents.update()
                .where(_documents.c.kind == kind, _documents.c.id == id)
                .values(
                    name=name, body=content, revision=revision + 1, saved_at=self._clock(), saved_by=actor
                )
            )
            return self._get(connection, kind, id)

    def documents(self, kind: str) -> list[Summary]:
        """Return all documents of a kind without bodies, last saved first."""
        columns = [_documents.c[name] for name in ("kind", "id", "name", "revision", "saved_at", "saved_by")]
        query = (
            sa.select(*columns)
            .where(_documents.c.kind == kind)
            .order_by(_documents.c.saved_at.desc(), _documents.c.id)
        )
        with self._engine.connect() as connection:
            return [Summary(*row) for row in connection.execute(query)]

    def bodies(self, kind: str) -> list[Document]:
        """Return all documents of a kind, ordered by id."""
        query = sa.select(_documents).where(_documents.c.kind == kind).order_by(_documents.c.id)
        with self._engine.connect() as connection:
            return [
                Document(r.kind, r.id, r.name, r.revision, r.saved_at, r.saved_by, json.loads(r.body))
                for r in connection.execute(query)
            ]

    def remove(self, kind: str, id: str) -> None:
        """Remove a document and its job results; its events stay.

        Raises:
            NotFound: there is none.
        """
        with self._writing() as connection:
            self._get(connection, kind, id)
            connection.execute(_documents.delete().where(_documents.c.kind == kind, _documents.c.id == id))
            connection.execute(_results.delete().where(_results.c.job == f"{kind}:{id}"))

    def record(
        self,
        kind: str,
        id: str,
        action: str,
        *,
        actor: str,
        role: str = "",
        reason: str = "",
        detail: dict[str, Any] | None = None,
    ) -> Event:
        """Add an event to the history of a document and return it."""
        values = {
            "kind": kind, "id": id, "action": action, "actor": actor, "role": role,
            "at": self._clock(), "reason": reason, "detail": _dump(detail or {}),
        }  # fmt: skip
        with self._writing() as connection:
            done = connection.execute(_events.insert().values(values))
            key = done.inserted_primary_key
            assert key is not None
            seq = int(key[0])
        return Event(seq, kind, id, action, actor, role, values["at"], reason, detail or {})

    def events(self, kind: str | None = None, id: str | None = None) -> list[Event]:
        """Return events in the order they happened; all of them without a kind."""
        query = sa.select(_events).order_by(_events.c.seq)
        if kind is not None:
            query = query.where(_events.c.kind == kind)
        if id is not None:
            query = query.where(_events.c.id == id)
        with self._engine.connect() as connection:
            return [
                Event(r.seq, r.kind, r.id, r.action, r.actor, r.role, r.at, r.reason, json.loads(r.detail))
                for r in connection.execute(query)
            ]

    def put_results(self, job: str, results: dict[str, Any]) -> None:
        """Keep finished pieces of a long job, so that it can go on where it stopped."""
        rows = [{"job": job, "key": key, "body": _dump(body)} for key, body in results.items()]
        if not rows:
            return
        with self._writing() as connection:
            connection.execute(
                _results.delete().where(_results.c.job == job, _results.c.key.in_(list(results)))
            )
            connection.execute(_results.insert(), rows)

    def results(self, job: str) -> dict[str, Any]:
        """Return the finished pieces of a job by key."""
        query = sa.select(_results.c.key, _results.c.body).where(_results.c.job == job)
        with self._engine.connect() as connection:
            return {
                row.key: json.loads(row.body) for row in connection.execute(query.order_by(_results.c.key))
            }

    def clear_results(self, job: str) -> None:
        """Forget the pieces of a job."""
        with self._writing() as connection:
            connection.execute(_results.delete().where(_results.c.job == job))

    def put_blob(self, content: bytes) -> str:
        """Keep an attachment and return its SHA-256; the same content is kept once."""
        key = hashlib.sha256(content).hexdigest()
        with self._writing() as connection:
            known = connection.execute(sa.select(_blobs.c.sha256).where(_blobs.c.sha256 == key)).first()
            if known is None:
                connection.execute(_blobs.insert().values(sha256=key, content=content))
        return key

    def blob(self, sha256: str) -> bytes:
        """Return an attachment.

        Raises:
            NotFound: there is none.
        """
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(_blobs.c.content).where(_blobs.c.sha256 == sha256)).scalar()
        if found is None:
            raise NotFound(f"没有校验值为 {sha256[:12]}… 的附件")
        return bytes(found)


@contextmanager
def _commits(connection: sa.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    _keep_a_write_ahead_log(cursor)
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _keep_a_write_ahead_log(cursor: Any) -> None:
    """Switch the file to WAL; SQLite refuses this at once, without its busy timeout, while others open it."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)

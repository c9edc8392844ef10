"""Who sends the documents of an edition, with numbers and days: read from a file that people fill in.

Everything may stay empty; what a document then lacks is told when it is made.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from catalog.editions.edition import Edition
from catalog.errors import BadInput
from catalog.parsing import parsed

_BETWEEN_WORDS, _BETWEEN_SENTENCES = re.compile(r"[、，；;\n]"), re.compile(r"[；;\n]")


def _split(at: re.Pattern[str]) -> BeforeValidator:
    def items(value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(item.strip() for item in at.split(value) if item.strip())

    return BeforeValidator(items)


Words = Annotated[tuple[str, ...], _split(_BETWEEN_WORDS)]
Sentences = Annotated[tuple[str, ...], _split(_BETWEEN_SENTENCES)]


class _Part(BaseModel):
    """Base of the settings; an empty value counts as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, content: Any) -> Any:
        if not isinstance(content, Mapping):
            return {} if content in (None, "") else content
        return {key: value for key, value in content.items() if value is not None and value != ""}


class DocumentSettings(_Part):
    """Number and day of one document."""

    number: str = Field("", description="文号")
    date: datetime.date | None = Field(None, description="成文日期")


class CallSettings(DocumentSettings):
    """The call for nominations."""

    unit_deadline: datetime.date | None = Field(None, description="申报单位截止日期")
    deadline: datetime.date | None = Field(None, description="推荐单位截止日期")
    fields: Words = Field((), description="征集领域（用、分开）")
    focus: Sentences = Field((), description="重点征集方向（用；分开，可空）")
    quota: Annotated[int, Field(ge=1)] | None = Field(None, description="每个推荐单位最多推荐几项（可空）")


class CorrectionSettings(DocumentSettings):
    """The notices of correction; each is dated on the day of its return unless told otherwise."""

    date: datetime.date | None = Field(None, description="成文日期（空则用退回当日）")
    deadline: datetime.date | None = Field(None, description="补正期限（退回时已定期限的，以当时为准）")


class PublicNoticeSettings(DocumentSettings):
    """The public notice."""

    date: datetime.date | None = Field(None, description="成文日期（空则用公示开始日期）")
    start: datetime.date | None = Field(None, description="公示开始日期（空则用办理公示时记录的日期）")
    days: Annotated[int, Field(ge=1, le=60)] | None = Field(None, description="公示天数（空则用记录或 7 日）")


class PublicationSettings(DocumentSettings):
    """The notice of publication."""

    number: str = Field("", description="文号（空则用目录的文号）")
    date: datetime.date | None = Field(None, description="成文日期（空则用目录的发布日期）")


class NoticeSettings(_Part):
    """Everything about the sender that no edition and no dossier knows."""

    issuer: str = Field("", description="发文机关（空则用目录的发布机关）")
    contact: str = Field("", description="联系人")
    phone: str = Field("", description="联系电话")
    email: str = Field("", description="电子邮箱（可空）")
    address: str = Field("", description="通信地址（用于公示稿，可空）")
    addressee: str = Field("", description="主送机关")
    copies: Words = Field((), description="抄送机关（用、分开，可空）")
    printed_by: str = Field("", description="印发机关（可空）")
    call: CallSettings = Field(CallSettings(), description="征集通知")
    correction: CorrectionSettings = Field(CorrectionSettings(), description="补正通知")
    public_notice: PublicNoticeSettings = Field(PublicNoticeSettings(), description="公示")
    publication: PublicationSettings = Field(PublicationSettings(), description="发布通知")


def read_settings(path: Path) -> NoticeSettings:
    """Return the settings of a file.

    Raises:
        BadInput: not readable, or one Chinese line about the first fault: file, field, value, remedy.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: 无法读取（{error.strerror}），请检查文件路径") from error
    return settings_of(content, where=str(path))


def settings_of(content: bytes, *, where: str) -> NoticeSettings:
    """Return the settings that stand in a file read elsewhere; ``where`` is its name.

    Raises:
        BadInput: as ``read_settings``.
    """
    try:  # words as written: a telephone number is no number, and "no" is no truth value
        values = yaml.load(content.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except UnicodeDecodeError as error:
        raise BadInput(f"{where}: 不是 UTF-8 文本，请另存为 UTF-8 后重试") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else "文件"
        raise BadInput(f"{where}: {line}: 不是 YAML 格式，请写成“名称: 值”，冒号后空一格") from error
    if values not in (None, "") and not isinstance(values, dict):
        raise BadInput(f"{where}: 不是发文信息，请用 edition settings 写出的空白文件填写")
    return parsed(NoticeSettings, values, where=where)


def settings_bytes(settings: NoticeSettings | None = None) -> bytes:
    """Return settings as a file with a Chinese comment a line; the empty form by default."""
    lines = ["# 发文信息：冒号后填写，日期写成 2026-01-31；空着的项不打印，缺的项生成时会列出。"]
    lines += _lines(settings or NoticeSettings(), "")
    return ("\n".join(lines) + "\n").encode()


def _lines(part: _Part, lead: str) -> Iterator[str]:
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, _Part):
            yield f"{lead}{name}: # {field.description}"
            yield from _lines(value, f"{lead}  ")
        else:
            yield f"{lead}{name}: {_written(name, value)}# {field.description}"


def text_of(name: str, value: object) -> str:
    """Return the value of a field as people write it; nothing for an empty one."""
    if isinstance(value, tuple):
        return ("；" if name == "focus" else "、").join(value)
    return "" if value is None else str(value)


def _written(name: str, value: object) -> str:
    """Return a value as it is written into the file, followed by a blank."""
    text = text_of(name, value)
    if not text:
        return ""
    return yaml.safe_dump(text, allow_unicode=True, width=10**6, default_style='"').strip() + " "


def kind_of(field: FieldInfo) -> Literal["day", "number", "words"]:
    """Return what a field of the settings holds."""
    wanted = get_args(field.annotation)
    if datetime.date in wanted:
        return "day"
    return "number" if any(int in get_args(one) for one in (wanted, *wanted)) else "words"


def proposed(edition: Edition) -> NoticeSettings:
    """Return settings to begin with: what the edition itself says."""
    groups = dict.fromkeys(entry.group for entry in edition.entries if entry.group)
    return NoticeSettings(
        issuer=edition.issuer,
        call=CallSettings(fields=tuple(groups)),
        publication=PublicationSettings(number=edition.document_number, date=edition.published_on),
    )


def lacking(part: NoticeSettings | DocumentSettings, *names: str) -> tuple[str, ...]:
    """Return the labels of those fields that are empty, as the form shows them."""
    fields = type(part).model_fields
    empty = [name for name in names if not getattr(part, name)]
    return tuple((fields[name].description or name).partition("（")[0] for name in empty)


def label_of(document: DocumentSettings) -> str:
    """Return the heading under which the settings of a document stand (征集通知)."""
    parts = NoticeSettings.model_fields.items()
    return next(field.description or name for name, field in parts if field.annotation is type(document))

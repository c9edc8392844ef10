"""The words of the official documents (``data/review/notice_texts.yaml``) and how data is put into them."""

from __future__ import annotations

import datetime
import functools
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from catalog.publish import legal
from catalog.publish.gongwen import DRAFT_MARK, Annex, Block, Content, Gongwen, Level
from catalog.review.desk import Kept

EXAMPLE_MARK = "（代拟稿，示例数据，不得印发）"
LANDSCAPE_MM = 225.0
"""Width of the text of a landscape page."""


@dataclass(frozen=True)
class Sender:
    """Who writes, on which day, under which number, to whom, and who answers questions."""

    issuer: str
    on: datetime.date
    number: str = ""
    addressee: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    copies: tuple[str, ...] = ()
    printed_by: str = ""


class Paragraph(BaseModel):
    """One paragraph of a text, or the place of a table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Level = "text"
    text: str = ""
    rest: str = ""
    when: str = ""
    each: str = ""
    slot: str = ""


class Text(BaseModel):
    """The words of one document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    body: tuple[Paragraph, ...]
    basis: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()


Values = Mapping[str, str | Sequence[str]]


@functools.lru_cache(maxsize=2)
def texts(path: Path | None = None) -> tuple[dict[str, Text], dict[str, str]]:
    """Return the texts by key, and the Chinese words for their placeholders.

    Raises:
        BadInput: the file is faulty.
    """
    where = path or DATA_DIR / "review" / "notice_texts.yaml"
    content = yaml.safe_load(where.read_text(encoding="utf-8"))
    labels = content.pop("labels")
    return {key: parsed(Text, value, where=f"{where}: {key}") for key, value in content.items()}, labels


def fill(text: str, values: Values, *, where: str) -> str:
    """Return a text with every placeholder replaced.

    Args:
        text: with placeholders in braces.
        values: what to put in.
        where: name of the document, for the message.

    Raises:
        BadInput: a placeholder has no value, or an empty one.
    """
    parts = []
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(literal)
        if name is None:
            continue
        value = values.get(name, "")
        if not isinstance(value, str) or not value.strip():
            label = texts()[1].get(name, name)
            raise BadInput(f"{where}：“{label}”未填写，请补填")
        parts.append(value)
    return "".join(parts)


def filled_body(
    key: str, values: Values, slots: Mapping[str, Sequence[Content]] | None = None
) -> tuple[Content, ...]:
    """Return the body of a document: its paragraphs filled, its tables put in place.

    Raises:
        BadInput: a placeholder without value, or a table nobody gave.
    """
    text = texts()[0][key]
    body: list[Content] = []
    for paragraph in text.body:
        if paragraph.when and not values.get(paragraph.when):
            continue
        if paragraph.slot:
            if paragraph.slot not in (slots or {}):
                raise BadInput(f"{text.name}：表格“{paragraph.slot}”没有内容，请检查模板")
            body += (slots or {})[paragraph.slot]
            continue
        items: Iterable[str | None] = values.get(paragraph.each, ()) if paragraph.each else (None,)
        for item in items:
            own = values if item is None else {**values, "item": item}
            rest = fill(paragraph.rest, own, where=text.name)
            body.append(Block(paragraph.level, fill(paragraph.text, own, where=text.name), rest))
    return tuple(body)


def filled_title(key: str, values: Values) -> str:
    """Return the title of a document.

    Raises:
        BadInput: a placeholder without value.
    """
    text = texts()[0][key]
    return fill(text.title, values, where=text.name)


def citation(key: str, chosen: Sequence[str] | None, on: datetime.date) -> str:
    """Return the legal basis: the keys asked for, or those of the text that are in force that day.

    Raises:
        BadInput: a key asked for does not hold on the day.
    """
    keys = tuple(chosen) if chosen is not None else legal.in_force(texts()[0][key].basis, on)
    return legal.cite(keys, on)


def contact_of(sender: Sender) -> dict[str, str]:
    """Return the values of who answers questions."""
    return {"contact": sender.contact, "phone": sender.phone, "email": sender.email}


def letter(
    key: str, values: Values, sender: Sender, body: tuple[Content, ...], *,
    attachments: tuple[Annex, ...] = (), red_head: bool = True, example: bool = False, addressee: str = "",
) -> Gongwen:  # fmt: skip
    """Return a document with sender and date, under its red head unless told otherwise."""
    return Gongwen(
        title=filled_title(key, values), issuer=sender.issuer, body=body, number=sender.number,
        addressee=addressee or sender.addressee, attachments=attachments, date=sender.on,
        copies=sender.copies, printed_by=sender.printed_by, red_head=red_head,
        draft_mark=EXAMPLE_MARK if example else DRAFT_MARK,
    )  # fmt: skip


def sheet(key: str, values: Values, body: tuple[Content, ...], *, landscape: bool, example: bool) -> Gongwen:
    """Return a document without sender, number and date: a table or a statement."""
    return Gongwen(
        title=filled_title(key, values), issuer="", body=body, red_head=False, signed=False,
        landscape=landscape, draft_mark=EXAMPLE_MARK if example else DRAFT_MARK,
    )  # fmt: skip


def name_of(kept: Kept) -> str:
    """Return the name of the technology of a dossier, or that it has none."""
    return kept.dossier.form.name or "（未命名）"


def person(names: Mapping[str, str], id: str) -> str:
    """Return the name of an expert.

    Raises:
        BadInput: the expert has none.
    """
    if not names.get(id, "").strip():
        raise BadInput(f"专家“{id}”没有姓名，请先在专家库中登记")
    return names[id]

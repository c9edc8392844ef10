"""Freezing a new edition: what it takes, in which order, what is merged, renamed or withdrawn.

What was typed into the tables is remembered by number, so that neither an error nor another choice
of technologies loses it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from catalog.editions import shelf
from catalog.editions.edition import Edition, Entry, entry_of, entry_of_nomination, freeze, next_number
from catalog.errors import QingyuanError
from catalog.people import Person, require
from catalog.review.desk import Kept
from recommender.ui import components, identity, state
from recommender.ui import official_labels as labels
from recommender.ui.pages.official.arrangement import (
    Row,
    arranged,
    heading,
    in_groups,
    row_faults,
    rows_of,
    withdrawal_faults,
    withdrawals,
)
from recommender.ui.tables import Column, plain_editor

_ORDER, _GONE = "freeze_order", "freeze_gone"
_MEMORY, _BASE, _TURN = "typed", "base", "turn"


@dataclass(frozen=True)
class _Head:
    """What stands above the list."""

    year: int
    title: str
    issuer: str
    document_number: str
    published_on: datetime.date | None
    before: Edition | None


def draw(person: Person, known: Sequence[Edition]) -> None:
    """Draw everything an edition is frozen from."""
    head = _head(known)
    entries = _chosen(head, known)
    rows = [Row.of(values) for values in _arrangement(head, entries)]
    order_faults = row_faults(rows)
    _errors(order_faults)
    _renamed_since(entries)
    gone = _withdrawn(head, entries)
    reason_faults = withdrawal_faults(gone)
    pressed = st.button(labels.FREEZE_BUTTON, type="primary")
    if not pressed:
        return
    if not head.title.strip():
        order_faults = [*order_faults, labels.FREEZE_TITLE_EMPTY]
        st.error(labels.FREEZE_TITLE_EMPTY)
    _errors(reason_faults)
    if order_faults or reason_faults:
        st.error(labels.FREEZE_NOT_YET.format(count=len(order_faults) + len(reason_faults)))
        return
    try:
        _freeze(person, head, arranged(entries, rows), gone, merging=any(row.into for row in rows))
    except QingyuanError as error:
        st.error(components.plain(str(error)))


def _freeze(
    person: Person, head: _Head, entries: tuple[Entry, ...], gone: list[dict[str, Any]], *, merging: bool
) -> None:
    require(person, "edition.freeze")
    if merging:
        require(person, "edition.merge")
    if gone:
        require(person, "edition.withdraw")
    made = Edition(
        year=head.year, title=head.title.strip(), issuer=head.issuer.strip(),
        document_number=head.document_number.strip(), published_on=head.published_on, entries=entries,
        withdrawn=withdrawals(gone), is_example=_is_example(head.before, entries),
    )  # fmt: skip
    frozen = freeze(made, before=head.before)
    shelf.keep(frozen)
    for name in (_ORDER, _GONE):
        for part in (_MEMORY, _BASE):
            st.session_state.pop(f"{name}_{part}", None)
    st.toast(labels.FROZEN.format(fingerprint=frozen.fingerprint[:16]))
    st.rerun()


def _is_example(before: Edition | None, entries: Sequence[Entry]) -> bool:
    """Return whether anything comes from an example nomination or is carried on from an example edition."""
    examples = {kept.id for kept in identity.desk().all() if kept.dossier.is_example}
    carried = before.entries if before is not None and before.is_example else ()
    numbers = {number for entry in carried for number in (entry.number, *entry.merged_numbers)}
    return any(entry.dossier in examples or entry.number in numbers for entry in entries)


def _errors(lines: Sequence[str]) -> None:
    if lines:
        st.error(components.bullets(list(lines)))


# What is chosen


def _head(known: Sequence[Edition]) -> _Head:
    columns = st.columns(5)
    year = int(
        columns[0].number_input(
            labels.FREEZE_YEAR, 2000, 2100, (known[-1].year + 1) if known else identity.desk().today().year
        )
    )
    title = columns[1].text_input(
        labels.FREEZE_TITLE, labels.FREEZE_TITLE_VALUE.format(year=year), key=f"freeze_title_{year}"
    )
    issuer = columns[2].text_input(labels.FREEZE_ISSUER, key="freeze_issuer")
    number = columns[3].text_input(labels.FREEZE_NUMBER, key="freeze_number")
    published = columns[4].date_input(
        labels.FREEZE_PUBLISHED, identity.desk().today(), key="freeze_published"
    )
    if any(one.year == year for one in known):
        st.caption(labels.FREEZE_YEAR_TAKEN.format(year=year))
    by_year: dict[int | None, Edition | None] = {None: None}
    by_year |= {one.year: one for one in known if one.year < year}
    chosen = st.selectbox(
        labels.FREEZE_BEFORE, list(by_year), index=len(by_year) - 1, key=f"freeze_before_{year}",
        format_func=lambda one: labels.FREEZE_NONE if one is None else f"{one} 年",
    )  # fmt: skip
    return _Head(year, title, issuer, number, published, by_year[chosen])


def _chosen(head: _Head, known: Sequence[Edition]) -> tuple[Entry, ...]:
    """Draw the two choices and return the entries they come to, nominations under a proposed heading."""
    catalog = state.engine().catalog
    carried = {entry.number: entry for entry in head.before.entries} if head.before else {}
    merged = {one for entry in carried.values() for one in entry.merged_numbers}
    names = {t.id: f"{t.id} {t.name}" for t in catalog.recommendable if t.id not in merged}
    names |= {number: f"{number} {entry.name}" for number, entry in carried.items()}
    since = head.before.year if head.before else None
    numbers = st.multiselect(
        labels.FREEZE_RECORDS, list(names), list(carried), format_func=names.__getitem__,
        key=f"records_{head.year}_{since}", placeholder=labels.FREEZE_PICK,
    )  # fmt: skip
    listed = {one.id: one for one in _listed(known)}
    added = st.multiselect(
        labels.FREEZE_LISTED, list(listed), list(listed),
        format_func=lambda id: f"{id} {listed[id].dossier.form.name}",
        placeholder=labels.FREEZE_PICK if listed else labels.FREEZE_LISTED_NONE,
    )  # fmt: skip
    kept = [_entry(number, carried) for number in numbers]
    before = head.before.entries if head.before else ()
    return in_groups(kept, _nominated([listed[id] for id in added], _taken(known), before))


def _listed(known: Sequence[Edition]) -> list[Kept]:
    """Nominations that were listed and are in no edition yet."""
    used = {entry.dossier for edition in known for entry in edition.entries}
    return [kept for kept in identity.desk().all() if kept.dossier.state == "listed" and kept.id not in used]


def _taken(known: Sequence[Edition]) -> list[str]:
    """Return every number that was ever given, so that none is given twice."""
    numbers = [technology.id for technology in state.engine().catalog.technologies]
    numbers += [n for edition in known for e in edition.entries for n in (e.number, *e.merged_numbers)]
    return numbers + [
        kept.dossier.technology_id for kept in identity.desk().all() if kept.dossier.technology_id
    ]


def _entry(number: str, carried: dict[str, Entry]) -> Entry:
    """Return a record as it is now, under the name, field and merged numbers it was published with."""
    catalog = state.engine().catalog
    before = carried.get(number)
    if number not in catalog:
        assert before is not None
        return before
    made = entry_of(catalog[number], catalog)
    if before is None:
        return made
    kept = {
        "group": before.group, "name": before.name,
        "merged_numbers": before.merged_numbers or made.merged_numbers,
    }  # fmt: skip
    return made.model_copy(update=kept)


def _nominated(chosen: Sequence[Kept], taken: list[str], before: Sequence[Entry]) -> list[Entry]:
    """Return the entries of nominations, each under the heading proposed by the edition before."""
    entries: list[Entry] = []
    for kept in chosen:
        number = kept.dossier.technology_id or next_number([*taken, *(entry.number for entry in entries)])
        made = entry_of_nomination(kept.dossier.form, number=number, dossier=kept.id)
        entries.append(made.model_copy(update={"group": heading(kept.dossier.form, before)}))
    return entries


# The two tables


def _arrangement(head: _Head, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    st.markdown(f"**{labels.FREEZE_ORDER}**")
    if not entries:
        st.caption(labels.FREEZE_ORDER_EMPTY)
        return []
    st.caption(labels.FREEZE_ORDER_HELP)
    known = "、".join(dict.fromkeys(entry.group for entry in entries if entry.group))
    columns = [
        Column("place", labels.ORDER_COLUMNS["place"], "integer"),
        Column("number", labels.ORDER_COLUMNS["number"], locked=True),
        Column("name", labels.ORDER_COLUMNS["name"]),
        Column("group", labels.ORDER_COLUMNS["group"], help=known or None),
        Column("into", labels.ORDER_COLUMNS["into"], help=labels.ORDER_INTO_HELP),
    ]
    return _remembered(_ORDER, columns, rows_of(entries), ("place", "group", "name", "into"))


def _renamed_since(entries: Sequence[Entry]) -> None:
    """Tell where the published name is no longer the one of the record; the official decides."""
    catalog = state.engine().catalog
    lines = [
        labels.FREEZE_OTHER_NAME.format(
            number=one.number, published=one.name, record=catalog[one.number].name
        )
        for one in entries
        if one.number in catalog and catalog[one.number].name != one.name
    ]
    if lines:
        with st.expander(labels.FREEZE_OTHER_NAMES.format(count=len(lines))):
            st.markdown(components.bullets(lines))


def _withdrawn(head: _Head, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Draw the table of what leaves and return its rows; nothing is drawn when nothing leaves."""
    stay = {entry.number for entry in entries}
    gone = [entry for entry in (head.before.entries if head.before else ()) if entry.number not in stay]
    if not gone:
        return []
    st.markdown(f"**{labels.FREEZE_WITHDRAWN}**")
    columns = [
        Column(field, label, "long" if field == "reason" else "text", locked=field != "reason")
        for field, label in labels.WITHDRAWN_COLUMNS.items()
    ]
    rows = [{"number": one.number, "name": one.name, "reason": ""} for one in gone]
    return _remembered(_GONE, columns, rows, ("reason",))


def _remembered(
    name: str, columns: Sequence[Column], rows: list[dict[str, Any]], typed: Sequence[str]
) -> list[dict[str, Any]]:
    """Draw a table whose typed cells outlive a change of its rows, and return its rows.

    The base of the widget stays the same while its rows do; a new one is made, with everything
    typed so far put into it, when the rows change or the widget was gone for a while.
    """
    memory: dict[str, dict[str, Any]] = st.session_state.setdefault(f"{name}_{_MEMORY}", {})
    base, fresh = st.session_state.get(f"{name}_{_BASE}", (None, None))
    turn = st.session_state.get(f"{name}_{_TURN}", 0)
    if fresh != rows or f"plain:{name}_{turn}" not in st.session_state:
        turn += 1
        base = [row | memory.get(row["number"], {}) for row in rows]
        st.session_state[f"{name}_{_BASE}"] = (base, rows)
        st.session_state[f"{name}_{_TURN}"] = turn
    found = plain_editor(f"{name}_{turn}", columns, base, grows=False)
    for row, before in zip(found, rows, strict=True):
        changed = {field: row[field] for field in typed if (row[field] or "") != (before[field] or "")}
        if changed:
            memory[row["number"]] = changed
        else:
            memory.pop(row["number"], None)
    return found

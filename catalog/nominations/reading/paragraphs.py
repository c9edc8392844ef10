"""Labels in paragraphs: with a colon and their answer, or as headings with the answer below."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.nominations.reading.answers import LONGEST_UNKNOWN, Answers
from catalog.nominations.reading.labels import (
    CASE_TITLE,
    HEADING,
    Label,
    is_heading_of,
    is_own_wording,
    label_of,
    labelled_pairs,
)
from catalog.nominations.reading.outcome import Unread
from catalog.nominations.reading.seen import half_width

_LONGEST_HEADING = 30


@dataclass
class _Long:
    """A long answer that may go on in the next paragraphs."""

    label: Label
    place: str
    lines: list[str]


@dataclass
class Paragraphs:
    """Reads line after line; a long answer stays open until something else begins."""

    found: Answers
    _long: _Long | None = None

    def line(self, line: str, place: str) -> None:
        """Read one line."""
        text = line.strip()
        if not text:
            return
        if is_own_wording(text):
            self.finish()
        elif CASE_TITLE.match(half_width(text)):
            self.open_case(text, place)
        elif pairs := labelled_pairs(line):
            self.finish()
            for label, answer in pairs:
                self._start(label, answer, place)
        elif (own := label_of(text)) is not None and is_heading_of(own, text):
            self.finish()
            self._start(own, "", place)
        elif HEADING.match(text) and len(text) <= _LONGEST_HEADING:
            self.finish()
            self.found.rest.append(Unread("", text, place))
        elif self._long is not None:
            self._long.lines.append(line.rstrip())
        else:
            self._unread(text, place)

    def finish(self) -> None:
        """Close a long answer."""
        if self._long is not None:
            text = "\n".join(self._long.lines).strip()
            self.found.in_line(self._long.label, text, self._long.place)
            self._long = None

    def open_case(self, text: str, place: str) -> None:
        """Begin a new case under its heading."""
        self.finish()
        self.found.close_case()
        title = CASE_TITLE.match(half_width(text))
        after = half_width(text)[title.end() :].strip(" :、.-") if title else ""
        if after:
            self.found.rest.append(Unread("", text, place))

    def _start(self, label: Label, answer: str, place: str) -> None:
        if label.is_long:
            self.found.known += 1
            self._long = _Long(label, place, [answer.strip()] if answer.strip() else [])
        else:
            self.found.in_line(label, answer.strip().strip("_＿ "), place)

    def _unread(self, text: str, place: str) -> None:
        head, colon, tail = re.sub("：", ":", text, count=1).partition(":")
        if colon and tail.strip() and len(head) <= LONGEST_UNKNOWN and not re.search(r"[，。；,;]", head):
            self.found.unknown.append(Unread(head.strip(), tail.strip(), place))
        else:
            self.found.rest.append(Unread("", text, place))

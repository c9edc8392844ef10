"""Named errors of the catalogue; each message says what, where, which value and the cure."""

from __future__ import annotations

from dataclasses import dataclass


class QingyuanError(Exception):
    """Base of all errors a user can mend; the edges print it as one line."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of one file."""

    file: str
    field: str
    value: str
    cure: str

    def __str__(self) -> str:
        """Return the line shown to the user: file, field, value, what to write instead."""
        value = self.value if len(self.value) <= 60 else self.value[:57] + "..."
        return f"{self.file}: {self.field}: {value!r}: {self.cure}"


class CatalogError(QingyuanError):
    """The data files hold faults; all of them are listed."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class UnknownCode(QingyuanError, ValueError):
    """A value is in no row of its vocabulary."""


class BadInput(QingyuanError):
    """An argument, a request or an input file cannot be used as it is."""

"""The review flow as data (``data/review/flows.yaml``): states, allowed moves, who may make them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from catalog.errors import BadInput, QingyuanError
from catalog.paths import DATA_DIR
from catalog.people import Person, permissions, require


class IllegalMove(QingyuanError):
    """The flow has no such move from this state."""


@dataclass(frozen=True)
class State:
    """One state of a flow."""

    code: str
    label: str
    end: bool


@dataclass(frozen=True)
class Move:
    """One allowed step."""

    action: str
    label: str
    sources: frozenset[str]
    target: str
    permission: str
    reason: bool


@dataclass(frozen=True)
class Flow:
    """A review process."""

    code: str
    label: str
    start: str
    states: dict[str, State]
    moves: tuple[Move, ...]

    def allowed(self, state: str) -> tuple[Move, ...]:
        """Return the moves that lead out of ``state``."""
        return tuple(move for move in self.moves if state in move.sources)

    def move(self, state: str, action: str, person: Person, *, reason: str = "") -> str:
        """Return the state after ``action``, or refuse it with the reason.

        Raises:
            IllegalMove: the flow has no such move from ``state``; the allowed ones are listed.
            NotAllowed: the person's role may not make it.
            BadInput: the move needs a reason and has none.
        """
        for move in self.moves:
            if move.action == action and state in move.sources:
                require(person, move.permission)
                if move.reason and not reason.strip():
                    raise BadInput(f"{move.label}：必须写明理由")
                return move.target
        known = [move.label for move in self.allowed(state)]
        label = next((move.label for move in self.moves if move.action == action), action)
        raise IllegalMove(
            f"状态“{self.states[state].label}”不能“{label}”；可办理：{'、'.join(known) or '无（已办结）'}"
        )


def _flow(code: str, data: dict[str, object], where: Path) -> Flow:
    raw_states, raw_moves = data["states"], data["moves"]
    assert isinstance(raw_states, dict) and isinstance(raw_moves, list)
    states = {
        name: State(name, str(value["label"]), bool(value.get("end"))) for name, value in raw_states.items()
    }
    moves = tuple(
        Move(
            str(row["action"]), str(row["label"]), frozenset(row["from"]), str(row["to"]),
            str(row["permission"]), bool(row.get("reason")),
        )
        for row in raw_moves
    )  # fmt: skip
    for move in moves:
        for state in (*move.sources, move.target):
            if state not in states:
                raise BadInput(f"{where}: {code}.{move.action}: 状态“{state}”未定义，请在 states 中补充")
        if move.permission not in permissions():
            raise BadInput(f"{where}: {code}.{move.action}: 权限“{move.permission}”不在 permissions.csv 中")
        ended = [state for state in move.sources if states[state].end]
        if ended:
            raise BadInput(f"{where}: {code}.{move.action}: 终态“{ended[0]}”不能再流转")
    return Flow(code, str(data["label"]), str(data["start"]), states, moves)


@lru_cache(maxsize=4)
def flows(path: Path | None = None) -> dict[str, Flow]:
    """Return the shipped flows by code: ``city`` and ``ministry``.

    Raises:
        BadInput: a move names an unknown state or permission.
    """
    where = path or DATA_DIR / "review" / "flows.yaml"
    content = yaml.safe_load(where.read_text(encoding="utf-8"))
    return {code: _flow(code, data, where) for code, data in content["flows"].items()}

"""Who may do what: four roles and one table of permissions (``data/review/permissions.csv``).

Until accounts arrive a person chooses name and role; every step is recorded with both.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from catalog.errors import QingyuanError
from catalog.paths import DATA_DIR

Role = Literal["applicant", "district", "authority", "expert"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLE_LABELS: dict[Role, str] = {
    "applicant": "申报单位", "district": "区县/协会", "authority": "管理部门", "expert": "专家",
}  # fmt: skip


class NotAllowed(QingyuanError):
    """The role may not do this."""


@dataclass(frozen=True)
class Person:
    """Who acts: name, role, and the unit (enterprise, district, association) acted for."""

    name: str
    role: Role
    unit: str = ""


@dataclass(frozen=True)
class Permission:
    """One row of the table."""

    action: str
    label: str
    roles: frozenset[Role]


@lru_cache(maxsize=1)
def permissions() -> dict[str, Permission]:
    """Return the table by action."""
    path = DATA_DIR / "review" / "permissions.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["action"]: Permission(
                row["action"], row["label"], frozenset(role for role in ROLES if row[role] == "1")
            )
            for row in csv.DictReader(stream)
        }


def may(role: Role, action: str) -> bool:
    """Return whether ``role`` may do ``action``.

    Raises:
        KeyError: the action is in no row of the table.
    """
    return role in permissions()[action].roles


def require(person: Person, action: str) -> None:
    """Refuse what the table does not allow.

    Raises:
        NotAllowed: names the person's role, the action and the roles that may do it.
    """
    row = permissions()[action]
    if person.role not in row.roles:
        able = "、".join(ROLE_LABELS[role] for role in ROLES if role in row.roles)
        raise NotAllowed(
            f"{person.name}（{ROLE_LABELS[person.role]}）不能{row.label}；可办理的角色：{able or '无'}"
        )
    if not person.name.strip():
        raise NotAllowed(f"{row.label}：请先填写姓名")

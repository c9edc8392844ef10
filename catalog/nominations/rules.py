"""Formal check (形式审查) of a nomination: which rules hold is data, how a kind is checked is code.

The rules lie in ``data/rules/<name>.yaml``. A rule has an id, a label, one of the kinds below, the
field of the form it looks at, parameters, and the remedy told to the applicant. What a form
fails is one finding a rule: rule, field, value found, remedy.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from catalog.errors import BadInput
from catalog.nominations.form import LABELS, Nomination
from catalog.nominations.rule_kinds import KINDS, SCOPES, Asked, Kind, Rule, RuleContext
from catalog.paths import DATA_DIR
from catalog.review.dossier import Finding

__all__ = ["Rule", "RuleContext", "RuleSet", "check", "read_rules", "rule_set"]

RULES_DIR = DATA_DIR / "rules"


@dataclass(frozen=True)
class RuleSet:
    """The rules of one catalogue, in the order they are told."""

    label: str
    rules: tuple[Rule, ...]


def check(
    form: Nomination, *, today: datetime.date, rules: str = "city", context: RuleContext
) -> tuple[Finding, ...]:
    """Return what the form fails, in the order of the rules; empty when it is eligible.

    Args:
        form: the form as filed.
        today: day of the check; months in use are counted up to it.
        rules: name of a file in ``data/rules``: ``city`` or ``ministry``.
        context: vocabularies, negative list, numbers already submitted.

    Raises:
        BadInput: there is no such rule file, or a rule of it cannot be used.
    """
    asked = Asked(today, context)
    findings = []
    for rule in rule_set(rules).rules:
        value = KINDS[rule.kind].fault(form, rule, asked)
        if value is not None:
            findings.append(
                Finding(rule=rule.label, field=LABELS[rule.field], value=value, remedy=rule.remedy)
            )
    return tuple(findings)


def rule_set(name: str = "city") -> RuleSet:
    """Return the shipped rules of that name; an edited file is read again.

    Raises:
        BadInput: no such file, or a rule of it cannot be used.
    """
    known = {path.stem: path for path in sorted(RULES_DIR.glob("*.yaml"))}
    if name not in known:
        raise BadInput(f"{RULES_DIR}: 规则“{name}”不存在，请用 {'、'.join(known)}")
    return _kept(known[name], known[name].stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _kept(path: Path, changed_ns: int) -> RuleSet:
    return read_rules(path)


def read_rules(path: Path) -> RuleSet:
    """Read a rule file.

    Raises:
        BadInput: no rules, an unknown kind, field or parameter, an id or label that stands twice;
            the message names file and rule.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: 无法读取（{type(error).__name__}），请检查路径和 YAML 格式") from error
    if not isinstance(content, dict) or not isinstance(content.get("rules"), list) or not content["rules"]:
        raise BadInput(f"{path}: 没有 rules，请按 data/rules/README.md 列出规则")
    rules = [_rule(path, row, position) for position, row in enumerate(content["rules"], 1)]
    for what in ("id", "label"):
        values = [getattr(rule, what) for rule in rules]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise BadInput(f"{path}: 规则 {what}“{twice}”重复，请改成不同的写法")
    return RuleSet(str(content.get("label", path.stem)), tuple(rules))


def _rule(path: Path, row: Any, position: int) -> Rule:
    where = f"{path}: 第 {position} 条规则"
    if not isinstance(row, dict):
        raise BadInput(f"{where}: “{row}”不是规则，请写 id、label、kind、field、remedy")
    where = f"{path}: 规则 {row.get('id', f'第 {position} 条')}"
    for name in ("id", "label", "kind", "field", "remedy"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise BadInput(f"{where}: 缺少 {name}，请补写")
    spare = sorted(set(row) - {"id", "label", "kind", "field", "remedy", "basis", "parameters"})
    if spare:
        raise BadInput(f"{where}: 未知项“{spare[0]}”，请删去或改正")
    kind = KINDS.get(row["kind"])
    if kind is None:
        raise BadInput(f"{where}: 种类“{row['kind']}”不存在，请用 {'、'.join(KINDS)}")
    fields = kind.fields or frozenset(LABELS)
    if row["field"] not in fields:
        able = "、".join(sorted(fields))
        raise BadInput(f"{where}: 种类 {row['kind']} 不能用于字段“{row['field']}”，请用 {able}")
    parameters = row.get("parameters") or {}
    _check_parameters(where, parameters, kind)
    if row["kind"] == "scope":
        _check_scope(where, row["field"], parameters)
    return Rule(
        row["id"], row["label"], row["kind"], row["field"], row["remedy"],
        str(row.get("basis", "")), parameters,
    )  # fmt: skip


def _check_parameters(where: str, parameters: Any, kind: Kind) -> None:
    if not isinstance(parameters, dict):
        raise BadInput(f"{where}: parameters“{parameters}”应为“名称: 值”，请改正")
    able = {**kind.needs, **kind.may}
    for name, value in parameters.items():
        if name not in able:
            raise BadInput(f"{where}: 参数“{name}”不存在，可用：{'、'.join(able) or '无'}")
        if not able[name](value):
            raise BadInput(f"{where}: 参数 {name} 的值“{value}”不能用，请见 data/rules/README.md")
    missing = [name for name in kind.needs if name not in parameters]
    if missing:
        raise BadInput(f"{where}: 缺少参数 {missing[0]}，请补写")


def _check_scope(where: str, name: str, parameters: Mapping[str, Any]) -> None:
    """Refuse a scope that would let nothing through, or that names the other field's vocabulary."""
    if not parameters:
        raise BadInput(f"{where}: 缺少参数 vocabulary 或 values，请补写")
    vocabulary = parameters.get("vocabulary", SCOPES[name])
    if vocabulary != SCOPES[name]:
        raise BadInput(f"{where}: 字段 {name} 的 vocabulary 不能是“{vocabulary}”，请写 {SCOPES[name]}")

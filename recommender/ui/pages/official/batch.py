"""One step for many dossiers: a table to tick, one button, every refusal with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from catalog.errors import BadInput, QingyuanError
from catalog.people import Person, may
from catalog.review import scoring
from catalog.review.desk import REVIEW_STATES, Kept
from catalog.review.dossier import PublicNotice
from catalog.review.flow import Move, flows
from catalog.review.opinion import draft_opinion, save_opinion
from recommender.ui import components, dossiers, identity
from recommender.ui import official_labels as labels
from recommender.ui.pages.official import checks
from recommender.ui.tables import Column, plain_editor

_ALONE = {"submit", "withdraw", "site_done", "resubmit", "resubmit_first", "supersede", "retire"}
"""Steps that ask for something of each dossier, are the applicant's, or follow from an edition."""
_OPINION = "group_opinion"
_UNWANTED = {"first_return", "first_refuse", "refuse", "to_site"}
"""Steps nothing is proposed for: each is a decision about one dossier."""
_FORMAL = {"pass_formal", "return", "refuse"}
_ON = {"next_round", "approve"}
_BY_SCORE = {*_ON, "decline", "to_site"}
_DONE = "batch_done"


@dataclass(frozen=True)
class Row:
    """A dossier in the table: whether the step is proposed, and what speaks for or against it."""

    kept: Kept
    proposed: bool
    told: str


@dataclass(frozen=True)
class Step:
    """What is to be done with each: the action, the words, and what is saved with it."""

    action: str
    label: str
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    checked: dict[str, checks.Checked] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How many were done, and dossier and reason of each that was not."""

    label: str
    done: int
    refused: tuple[tuple[str, str], ...]


def draw(visible: Sequence[Kept], person: Person) -> None:
    """Draw the steps that more than one dossier waits for; nothing where there is none."""
    options = _options(visible, person)
    outcome: Outcome | None = st.session_state.pop(_DONE, None)
    if outcome is not None:
        _tell(outcome)
    if not options:
        return
    with st.expander(labels.BATCH, expanded=True):
        states = Counter(kept.state_label for kept in visible)
        st.caption("，".join(labels.BATCH_STATE.format(label=one, count=n) for one, n in states.items()))
        shown = _shown(options)
        chosen = shown[st.selectbox(labels.BATCH_STEP, list(shown), key="batch_step")]
        _step(chosen[0], chosen[1], options[chosen], person)


def _shown(options: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return the words of each step -> the step; two steps that are called the same are numbered."""
    shown: dict[str, tuple[str, str]] = {}
    for action, label in options:
        same = sum(known == label for _, known in shown.values())
        shown[f"{label}（{same + 1}）" if same else label] = (action, label)
    return shown


def _options(visible: Sequence[Kept], person: Person) -> dict[tuple[str, str], list[Kept]]:
    """Return (action, label) -> the dossiers waiting for it, if several, refusals last."""
    found: dict[tuple[str, str], list[Kept]] = {}
    order: dict[tuple[str, str], int] = {}
    for kept in visible:
        moves = [move for move in identity.desk().moves(kept, person) if move.action not in _ALONE]
        names = [(move.action, move.label) for move in moves]
        if kept.dossier.state in REVIEW_STATES and may(person.role, "review.group_opinion"):
            names.append((_OPINION, labels.BATCH_OPINION))
        for name in names:
            found.setdefault(name, []).append(kept)
            order.setdefault(name, _place(kept, name[0]))
    return {
        name: found[name] for name in sorted(found, key=lambda one: (order[one], one)) if len(found[name]) > 1
    }


def _place(kept: Kept, action: str) -> int:
    moves: tuple[Move, ...] = flows()[kept.dossier.flow].moves
    wanted = "approve" if action == _OPINION else action
    return next((place for place, move in enumerate(moves) if move.action == wanted), len(moves))


def _step(action: str, label: str, waiting: Sequence[Kept], person: Person) -> None:
    checked = checks.check_all(waiting, identity.desk().all()) if action in _FORMAL else {}
    limit = None
    if action in _BY_SCORE and any(kept.dossier.state in REVIEW_STATES for kept in waiting):
        limit = st.number_input(
            labels.BATCH_LIMIT, 0.0, 100.0, None, step=1.0, help=labels.BATCH_LIMIT_HELP, key="batch_limit"
        )
    rows = [_row(action, kept, checked.get(kept.id), limit) for kept in waiting]
    values = _values(action)
    reason = "" if action == _OPINION else st.text_input(_reason_label(action), key=f"batch_reason_{action}")
    ticked = _table(action, rows, limit)
    if st.button(labels.BATCH_GO.format(label=label, count=len(ticked)), type="primary", disabled=not ticked):
        if not reason.strip() and _needs_reason(action, ticked):
            st.error(labels.BATCH_REASON_MISSING.format(label=label))
            return
        step = Step(action, label, reason.strip(), values, checked)
        st.session_state[_DONE] = do(step, ticked, person)
        st.rerun()


def _needs_reason(action: str, chosen: Sequence[Kept]) -> bool:
    """Return whether words are asked for that nothing else supplies."""
    if action == "return" or (action in _BY_SCORE and all(_mean(kept) for kept in chosen)):
        return False
    moves = (move for kept in chosen for move in flows()[kept.dossier.flow].allowed(kept.dossier.state))
    return any(move.reason for move in moves if move.action == action)


def _reason_label(action: str) -> str:
    if action == "return":
        return labels.BATCH_REASON_RETURN
    if action == "pass_formal":
        return labels.BATCH_REASON_DUPLICATES
    return labels.BATCH_REASON_SCORES if action in _BY_SCORE else labels.BATCH_REASON


def _values(action: str) -> dict[str, Any]:
    if action == "publicise":
        return {"notice": dossiers.notice("batch")}
    if action == "return":
        return {"deadline": dossiers.return_deadline("batch")}
    return {}


def _table(action: str, rows: Sequence[Row], limit: float | None) -> list[Kept]:
    """Draw the table and return what is ticked."""
    proposed, everything, _ = labels.BATCH_TICKS
    which = st.segmented_control(
        labels.BATCH_TICK, labels.BATCH_TICKS, default=proposed, key=f"batch_tick_{action}", required=True
    )
    columns = [
        Column("tick", labels.BATCH_COLUMNS["tick"], "check"),
        *(Column(key, label, locked=True) for key, label in labels.BATCH_COLUMNS.items() if key != "tick"),
    ]
    lines = [
        {
            "tick": which == everything or (which == proposed and row.proposed),
            "id": row.kept.id, "name": row.kept.dossier.form.name,
            "applicant": row.kept.dossier.form.applicant, "told": row.told,
        }
        for row in rows
    ]  # fmt: skip
    state = hash((which, limit, tuple((row.kept.id, row.kept.revision, row.proposed) for row in rows)))
    found = plain_editor(f"batch_{action}_{state}", columns, lines, grows=False)
    return [row.kept for row, line in zip(rows, found, strict=True) if line["tick"]]


# What speaks for a step


def _row(action: str, kept: Kept, checked: checks.Checked | None, limit: float | None) -> Row:
    if checked is not None:
        return _formal_row(action, kept, checked)
    if kept.dossier.state in REVIEW_STATES and action in (*_BY_SCORE, _OPINION):
        return _review_row(action, kept, limit)
    notice = kept.dossier.notice
    if action == "list" and notice is not None:
        return _notice_row(kept, notice)
    return Row(kept, action not in (*_UNWANTED, "decline"), "")


def _formal_row(action: str, kept: Kept, checked: checks.Checked) -> Row:
    rules = "、".join(finding.rule for finding in checked.findings)
    numbers = "、".join(f"{one.number} {one.name}" for one in checked.listed)
    told = [labels.BATCH_FINDINGS_SHORT.format(rules=rules)] if rules else [labels.BATCH_FINE]
    told += [labels.BATCH_LISTED_SHORT.format(numbers=numbers)] if numbers else []
    clean = not rules and not numbers
    proposed = {"pass_formal": clean, "return": bool(rules), "refuse": False}[action]
    return Row(kept, proposed and kept.dossier.state == "formal_check", "；".join(told))


def _review_row(action: str, kept: Kept, limit: float | None) -> Row:
    try:
        told = scoring.summary(kept.dossier, scoring.load_criteria(), round=kept.dossier.round)
    except QingyuanError as error:
        return Row(kept, False, str(error))
    if not told.asked:
        return Row(kept, False, labels.BATCH_UNASSIGNED.format(round=kept.dossier.round))
    lines = [labels.BATCH_UNSCORED.format(count=len(told.unscored))] if told.unscored else []
    if told.total is not None:
        lines.append(labels.BATCH_TOLD_MEAN.format(total=told.total, recommend=told.recommendations))
    saved = bool(kept.dossier.group_opinion)
    if action in ("approve", _OPINION):
        lines.append(labels.BATCH_OPINION_SAVED if saved else labels.BATCH_OPINION_MISSING)
    above = limit is not None and told.total is not None and told.total >= limit
    below = limit is not None and told.total is not None and told.total < limit
    wanted = {"next_round": above, "approve": above, "decline": below, _OPINION: not saved}
    return Row(kept, wanted.get(action, False) and not told.unscored, "；".join(lines))


def _notice_row(kept: Kept, notice: PublicNotice) -> Row:
    raised = kept.dossier.objections
    open_, upheld = sum(one.accepted is None for one in raised), sum(one.accepted is True for one in raised)
    told = [labels.BATCH_NOTICE.format(end=notice.end)]
    if raised:
        told.append(labels.BATCH_OBJECTIONS.format(count=len(raised), open=open_, upheld=upheld))
    over = notice.end < identity.desk().today()
    return Row(kept, over and not open_ and not upheld, "；".join(told))


# Doing it


def do(step: Step, chosen: Sequence[Kept], person: Person) -> Outcome:
    """Make the step with each dossier through the desk; what is refused is told, the rest is done."""
    refused = []
    for kept in chosen:
        try:
            _do(step, kept, person)
        except QingyuanError as error:
            told = str(error).removeprefix(f"{kept.id}：")
            refused.append((f"{kept.id} {kept.dossier.form.name}", told))
    return Outcome(step.label, len(chosen) - len(refused), tuple(refused))


def _do(step: Step, kept: Kept, person: Person) -> None:
    if step.action == _OPINION:
        if not kept.dossier.group_opinion:
            save_opinion(identity.desk(), kept, person, draft_opinion(kept))
        return
    reason, values = step.reason, dict(step.values)
    checked = step.checked.get(kept.id)
    if checked is not None:
        kept = checks.keep(kept, checked, person)
        if step.action == "pass_formal":
            _require_clean(checked, reason)
        if step.action == "return":
            reason = _return_reason(checked, reason)
    if step.action == "recommend":
        values |= dossiers.recommended(kept, person, reason)
    if step.action in _BY_SCORE:
        reason = "；".join(part for part in (_mean(kept), reason) if part)
    identity.desk().move(kept.id, step.action, person, reason=reason, **values)


def _require_clean(checked: checks.Checked, reason: str) -> None:
    """Refuse what the rules found, and a duplicate let through without a word."""
    if checked.findings:
        rules = "、".join(finding.rule for finding in checked.findings)
        raise BadInput(labels.BATCH_FINDINGS.format(count=len(checked.findings), rules=rules))
    if checked.listed and not reason:
        numbers = "、".join(candidate.number for candidate in checked.listed)
        raise BadInput(labels.BATCH_DUPLICATE.format(numbers=numbers))


def _return_reason(checked: checks.Checked, reason: str) -> str:
    found = [f"{finding.rule}：{finding.value}" for finding in checked.findings]
    if not found and not reason:
        raise BadInput(labels.BATCH_NOTHING_TO_MEND)
    return "；".join([*found, *([reason] if reason else [])])


def _mean(kept: Kept) -> str:
    if kept.dossier.state not in REVIEW_STATES:
        return ""
    told = scoring.summary(kept.dossier, scoring.load_criteria(), round=kept.dossier.round)
    return "" if told.total is None else labels.BATCH_MEAN.format(round=told.round, total=told.total)


def _tell(outcome: Outcome) -> None:
    if outcome.done:
        st.success(labels.BATCH_DONE.format(label=outcome.label, count=outcome.done))
    if outcome.refused:
        title = labels.BATCH_REFUSED.format(count=len(outcome.refused))
        st.warning(f"{title}\n\n{components.bullets(_by_reason(outcome.refused))}")


def _by_reason(refused: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for every reason with those it holds for, in the order they came."""
    found: dict[str, list[str]] = {}
    for name, reason in refused:
        found.setdefault(reason, []).append(name)
    return [f"{reason}：{'、'.join(names)}" for reason, names in found.items()]

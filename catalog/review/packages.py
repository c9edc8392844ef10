"""Review packages for experts outside the intranet: one folder an expert, and the filled sheets back.

The same dossiers give the same bytes. Reading keeps a sheet whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import BadInput, QingyuanError
from catalog.files import write_atomically
from catalog.nominations.form import Nomination
from catalog.people import Person, require
from catalog.publish import word
from catalog.publish.columns import given
from catalog.publish.word import clean
from catalog.review.brief import BODY_POINTS, brief_docx
from catalog.review.brief import anonymous_brief as anonymous_brief
from catalog.review.desk import REVIEW_STATES, Desk, Kept
from catalog.review.dossier import Score
from catalog.review.experts import Expert, ExpertRegister
from catalog.review.scoring import (
    enter_score,
    load_criteria,
    same_sheet,
    saved_score,
    submit_score,
    weighted_total,
)
from catalog.review.sheets import SheetReading, read_sheet, sheet_xlsx

# Writing packages

GUIDE, RECUSAL = "说明.txt", "回避声明.docx"
_BRIEF, _SHEET = "{}_简介.docx", "{}_评分表.xlsx"


def write_packages(
    desk: Desk, folder: Path, *, round: int, register: ExpertRegister, person: Person | None = None
) -> list[Path]:
    """Write a folder for every expert who has still to score, and return the folders.

    Args:
        desk: the desk.
        folder: where the folders are made.
        round: number of the round.
        register: the experts.
        person: who hands out; with one, the permission to assign is asked for and every dossier's
            history says which experts got it.

    Raises:
        NotAllowed: the person may not assign experts.
        NotFound: an asked expert is not in the register.
        BadInput: nothing to hand out, a file there is another (a filled sheet is never overwritten;
            nothing is written then), or the folder cannot be written.
    """
    if person is not None:
        require(person, "review.assign")
    waiting = _waiting(desk.all(), round)
    if not waiting:
        raise BadInput(f"第 {round} 轮没有待评分的分派，请先分派专家")
    handed = {kept.id: kept for dossiers in waiting.values() for kept in dossiers}
    briefs = {id: _Brief.of(kept) for id, kept in sorted(handed.items())}
    made: dict[Path, dict[str, bytes]] = {}
    for expert_id, dossiers in sorted(waiting.items()):
        expert = register.get(expert_id).expert
        made[folder / f"{_file_name(expert.name)}_{expert.id}"] = _package(
            expert, [briefs[kept.id] for kept in dossiers], round
        )
    files = {
        place / name: content for place, content_of in made.items() for name, content in content_of.items()
    }
    _write_all(files)
    if person is not None:
        for _, kept in sorted(handed.items()):
            experts = sorted(id for id, dossiers in waiting.items() if kept in dossiers)
            desk.update(kept, person, "hand_out", detail={"experts": experts, "round": round})
    return sorted(made)


def _waiting(dossiers: Iterable[Kept], round: int) -> dict[str, list[Kept]]:
    """Return expert -> dossiers under review in the round that the expert has not scored yet."""
    found: dict[str, list[Kept]] = {}
    for kept in dossiers:
        if kept.dossier.state not in REVIEW_STATES or kept.dossier.round != round:
            continue
        for asked in kept.dossier.assignments:
            scored = saved_score(kept.dossier, asked.expert_id, round=round) is not None
            if asked.round == round and not asked.recused and not scored:
                found.setdefault(asked.expert_id, []).append(kept)
    return found


@dataclass(frozen=True)
class _Brief:
    """The anonymous form of a dossier and its document, made once for all its experts."""

    id: str
    form: Nomination
    docx: bytes

    @classmethod
    def of(cls, kept: Kept) -> _Brief:
        form = anonymous_brief(kept.dossier.form)
        return cls(kept.id, form, brief_docx(form, kept.id))


def _package(expert: Expert, briefs: Sequence[_Brief], round: int) -> dict[str, bytes]:
    criteria = load_criteria()
    files = {GUIDE: _guide(expert, briefs, round), RECUSAL: _recusal_docx(expert, briefs, round)}
    for brief in briefs:
        files[_BRIEF.format(brief.id)] = brief.docx
        files[_SHEET.format(brief.id)] = sheet_xlsx(brief.form, criteria, expert, brief.id, round)
    return files


def _file_name(text: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", text).strip(" .") or "专家"


def _write_all(files: dict[Path, bytes]) -> None:
    """Write files, but none at all if one of them is there with another content."""
    try:
        for path, content in files.items():
            if path.exists() and path.read_bytes() != content:
                raise BadInput(f"{path}：已有内容不同的文件（可能已填写），未覆盖；请换一个空文件夹")
        for path, content in files.items():
            if not path.exists():
                write_atomically(path, content)
    except OSError as error:
        raise BadInput(f"{error.filename}：无法写入（{error.strerror}），请换一个可写的文件夹") from error


def _guide(expert: Expert, briefs: Sequence[_Brief], round: int) -> bytes:
    """Return the guide as text with BOM and CRLF, for the simplest editors."""
    lines = [
        f"专家评审材料  第 {round} 轮",
        f"专家：{clean(expert.name)}（{expert.id}）",
        "",
        f"本文件夹有 {len(briefs)} 项技术，简介均已隐去单位和人员名称：",
        *(f"  {brief.id}  {given(brief.form.name)}" for brief in briefs),
        "",
        "办理步骤：",
        f"1. 先阅读各项简介。如与申报单位、用户单位或有关人员有利害关系，请填写“{RECUSAL}”，该项不评分。",
        "2. 打开各项“评分表”，只填浅黄色格：得分、推荐结论、评审意见；合计自动计算，请勿改写。",
        "3. 不要修改文件名、文件夹名、申报编号和专家编号，不要增删行列。",
        "4. 填好后把整个文件夹交回组织评审的单位。漏填、超出满分或前后矛盾的评分表不予读入，会逐条列明。",
        "5. 评分交回并读入后不再更改。",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def _recusal_docx(expert: Expert, briefs: Sequence[_Brief], round: int) -> bytes:
    document = word.new_document(size=BODY_POINTS)
    word.paragraph(document, "回避声明", font=word.HEI, size=word.POINTS["小二"], align="center")
    word.paragraph(document, f"专家：{clean(expert.name)}（{expert.id}）    评审轮次：第 {round} 轮")
    word.paragraph(
        document,
        "本人就下列各项作如下声明：在申报单位、推荐单位、案例用户单位或知识产权权利人处任职或曾任职，"
        "参与过该技术的研发、设计、检测或推广，或与有关人员有近亲属等关系的，应当回避。",
        size=BODY_POINTS,
        indent_characters=2,
    )
    rows = [(brief.id, given(brief.form.name), "□ 不需回避  □ 回避", "") for brief in briefs]
    header = ("申报编号", "技术名称", "声明", "回避理由")
    word.table(document, header, rows, widths_mm=(30, 50, 40, 35), size=word.POINTS["五号"])
    for line in ("", "本人近年任职、兼职或参股的单位：", "", "签名：                    日期："):
        word.paragraph(document, line, size=BODY_POINTS)
    return word.to_bytes(document)


# Reading packages

_FOLDER = re.compile(r".+_(ZJ-[0-9]{4,})")
_FILE = re.compile(r"(SB-[0-9]{4}-[0-9]{4,})_")


@dataclass(frozen=True)
class Accepted:
    """A sheet that was saved."""

    name: str
    dossier_id: str
    expert_id: str
    round: int
    total: float


@dataclass(frozen=True)
class PackageReading:
    """What became of the sheets of a folder: saved, already there, or left out with the reason."""

    accepted: tuple[Accepted, ...]
    skipped: tuple[str, ...]
    problems: tuple[str, ...]


def read_packages(desk: Desk, folder: Path, person: Person) -> PackageReading:
    """Save the filled sheets below a folder; what cannot be saved is one Chinese line each.

    A sheet is saved whole or not at all. One that is already saved is skipped; another one of the
    same expert, dossier and round is a contradiction and changes nothing.

    Args:
        desk: the desk.
        folder: folder of one expert, or the one that holds all.
        person: the authority, or an expert with the own sheets.

    Raises:
        NotAllowed: the person may neither assign experts nor score.
        BadInput: the folder is none, or has no sheet in it.
    """
    require(person, "review.score" if person.role == "expert" else "review.assign")
    if not folder.is_dir():
        raise BadInput(f"{folder}：不是文件夹，请选择交回的材料包文件夹")
    paths = [p for p in sorted(folder.rglob("*.xlsx")) if p.is_file() and not p.name.startswith(("~$", "."))]
    if not paths:
        raise BadInput(f"{folder}：没有评分表（.xlsx），请选择交回的材料包文件夹")
    accepted: list[Accepted] = []
    skipped: list[str] = []
    problems: list[str] = []
    readings = _readings(paths, folder, problems)
    for same in _by_sheet(readings).values():
        first, *others = same
        if any(not same_sheet(_score(first), _score(other)) for other in others):
            names = "、".join(reading.name for reading in same)
            problems.append(f"{names}：同一专家同一项目同一轮有内容不同的评分表，均未读入，请向专家核实")
            continue
        skipped += [f"{other.name}：与 {first.name} 相同" for other in others]
        _keep(desk, person, first, accepted, skipped, problems)
    return PackageReading(tuple(accepted), tuple(skipped), tuple(problems))


def _readings(paths: Iterable[Path], folder: Path, problems: list[str]) -> list[SheetReading]:
    found = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        expert, dossier = _FOLDER.fullmatch(path.resolve().parent.name), _FILE.match(path.name)
        try:
            reading = read_sheet(
                path.read_bytes(),
                name,
                expert_id=expert[1] if expert else "",
                dossier_id=dossier[1] if dossier else "",
            )
        except BadInput as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{name}：无法读取（{error.strerror}），请检查文件")
        else:
            problems += reading.problems
            found += [reading] if reading.score is not None else []
    return found


def _by_sheet(readings: Iterable[SheetReading]) -> dict[tuple[str, str, int | None], list[SheetReading]]:
    groups: dict[tuple[str, str, int | None], list[SheetReading]] = {}
    for reading in readings:
        groups.setdefault((reading.dossier_id, reading.expert_id, reading.round), []).append(reading)
    return groups


def _score(reading: SheetReading) -> Score:
    assert reading.score is not None
    return reading.score


def _keep(
    desk: Desk,
    person: Person,
    reading: SheetReading,
    accepted: list[Accepted],
    skipped: list[str],
    problems: list[str],
) -> None:
    """Save one sheet, or say why not."""
    score = _score(reading)
    try:
        before = saved_score(desk.get(reading.dossier_id).dossier, score.expert_id, round=score.round)
        if before is not None and same_sheet(before, score):
            skipped.append(f"{reading.name}：已读入过，内容相同")
            return
        if person.role == "expert":
            submit_score(desk, reading.dossier_id, person, score)
        else:
            enter_score(desk, reading.dossier_id, person, score, source=reading.name)
    except QingyuanError as error:
        problems.append(f"{reading.name}：{error}")
        return
    total = weighted_total(score.points, load_criteria())
    accepted.append(Accepted(reading.name, reading.dossier_id, score.expert_id, score.round, total))

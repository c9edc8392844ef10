"""Command line of the recommender: match, match-file, evaluate."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.console import fail, say
from catalog.errors import BadInput
from recommender.audit.cli import app as retrofit
from recommender.demand.cli import app as demand

if TYPE_CHECKING:
    from embeddings.index import Progress
    from recommender.engine import RecommenderEngine

app = typer.Typer(
    help="清洁生产技术匹配：单条、批量、评测。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

synonyms = typer.Typer(help="同义词表：改动前先看影响。", no_args_is_help=True)
feedback = typer.Typer(help="使用反馈：整理为待审标注。", no_args_is_help=True)
app.add_typer(synonyms, name="synonyms")
app.add_typer(retrofit, name="retrofit")
app.add_typer(demand, name="demand")
app.add_typer(feedback, name="feedback")

_PROGRESS_AFTER_S = 2.0


def open_engine() -> RecommenderEngine:
    """Open the engine; a build of over two seconds shows a progress bar on standard error."""
    from recommender.engine import RecommenderEngine

    reporter, close = _progress()
    try:
        return RecommenderEngine.open(progress=reporter)
    finally:
        close()


def _progress() -> tuple[Progress, Any]:
    started = time.monotonic()
    state: dict[str, Any] = {}

    def report(done: int, total: int) -> None:
        if time.monotonic() - started < _PROGRESS_AFTER_S:
            return
        if "bar" not in state:
            from rich.console import Console
            from rich.progress import Progress as Bar

            state["bar"] = Bar(console=Console(stderr=True), transient=True)
            state["bar"].start()
            state["task"] = state["bar"].add_task("正在建立索引", total=total)
        state["bar"].update(state["task"], completed=done)

    def close() -> None:
        if "bar" in state:
            state["bar"].stop()

    return report, close


def _check_k(k: int) -> None:
    if k < 1:
        raise BadInput(f"-k {k}: 条数须为正整数，例如 -k 10")


def _check_format(file_format: str, known: tuple[str, ...]) -> None:
    if file_format not in known:
        raise BadInput(f"--format {file_format}: 不支持，请用 {'、'.join(known)}")


@app.command()
def match(
    text: Annotated[str, typer.Argument(help="问题描述：工序或设备 + 现状 + 对象")],
    industry: Annotated[str | None, typer.Option("--industry", help="行业：代码、名称或俗称")] = None,
    k: Annotated[int, typer.Option("-k", help="最多返回几项")] = 10,
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> None:
    """按行业和问题描述匹配技术，给出等级、理由和政策出处。"""
    from recommender.query import Query

    _check_k(k)
    _check_format(file_format, ("text", "json"))
    engine = open_engine()
    result = engine.match(Query(text, industry, k=k))
    if file_format == "json":
        say(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return
    from catalog import display
    from recommender import labels

    for warning in result.warnings:
        say(f"提示：{warning}")
    if not result.matches:
        say(f"未匹配：{result.none_reason}")
    if result.uncovered:
        say(labels.UNCOVERED.format(needs=labels.join(result.uncovered)))
    if result.question is not None:
        say(f"可补充：{result.question.text}")
    for found in result.matches:
        technology = found.technology
        say(f"{found.rank}. [{labels_level(found.level)}] {technology.name}（{technology.id}）")
        say(f"   {technology.summary}")
        for reason in found.reasons()[:-1]:
            say(f"   {reason}")
        for source in technology.sources[:1]:
            say(f"   依据：{display.citation(source, engine.catalog.policy)}")


def labels_level(level: str) -> str:
    """Return the Chinese word of a level."""
    from recommender import labels

    return labels.LEVELS[level]


@app.command("match-file")
def match_file(
    source: Annotated[Path, typer.Argument(help="CSV、XLSX 或 JSONL，列 id、industry、text")],
    output: Annotated[Path, typer.Option("--output", "-o", help=".jsonl、.csv 或 .xlsx")],
    k: Annotated[int, typer.Option("-k", help="每条最多返回几项")] = 10,
) -> None:
    """批量匹配一张问题表；某一行有误不影响其他行。"""
    from recommender.batch import OUT_SUFFIXES, match_rows, read_rows, write_results

    _check_k(k)
    if output.suffix.lower() not in OUT_SUFFIXES:
        raise BadInput(f"{output}: 后缀“{output.suffix}”不支持，请用 {'、'.join(OUT_SUFFIXES)}")
    rows = read_rows(source)
    results = list(match_rows(open_engine(), rows, k=k))
    write_results(output, results)
    matched = sum(result["verdict"] == "matched" for result in results)
    warned = sum(bool(result["warnings"]) for result in results)
    counts = f"匹配 {matched} 条，未匹配 {len(results) - matched} 条，有提示 {warned} 条"
    say(f"共 {len(results)} 条：{counts}；{output}")


@app.command()
def evaluate(
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
    kept_out: Annotated[
        bool, typer.Option("--kept-out", help="改用从未参与学习的分级提问（约 1,450 条，两三分钟）")
    ] = False,
    save_baseline: Annotated[bool, typer.Option("--save-baseline", help="把本次结果存为基线")] = False,
) -> None:
    """用已标注的查询评测；低于基线时退出码为 1。"""
    from catalog.files import write_atomically
    from recommender import evaluation

    _check_format(file_format, ("text", "json"))
    queries = evaluation.load_kept_out() if kept_out else evaluation.load_judgements()
    report = evaluation.evaluate(open_engine(), queries)
    if save_baseline:
        content = {"splits": evaluation.load_baseline()["splits"] | report["splits"]}
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        write_atomically(evaluation.BASELINE, text.encode())
    if file_format == "json":
        say(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print_report(report)
    fallen = evaluation.drops(report, evaluation.load_baseline())
    if fallen:
        fail("低于基线：" + "；".join(fallen), code=1)
    elif file_format == "text":
        say("与基线相比：无下降")


@app.command()
def remember(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="目录，默认 data/ranker")] = None,
    every: Annotated[int, typer.Option(min=1, help="每几条提问取一条；试算用，默认全部")] = 1,
    intents_only: Annotated[
        bool, typer.Option("--intents-only", help="只重新训练意图分类，不动“同类提问”")
    ] = False,
) -> None:
    """把 data/training、data/intents 新增的提问记入“同类提问”，重新训练意图分类；网络、权重和界限不变。"""
    from recommender import asked, evaluation, intent, training_set
    from recommender.learning import remembered
    from recommender.ranking import RANKER

    _trial_goes_elsewhere(every, output)
    engine = open_engine()
    graded = training_set.read_questions(engine, training_set.load_training(set(engine.ids))[::every])
    examples = evaluation.intent_examples()[::every]
    model = intent.train(examples, [*training_set.spoken_of(engine), *training_set.asked_so(graded)])
    folder = output or RANKER.parent
    told = [f"{len(graded)} 条分级提问，{len(examples)} 条意图样例"]
    vectors = None
    if not intents_only:
        unanswered = training_set.read_unanswered(engine, examples)
        vectors = remembered(engine.asked, [one.example for one in (*graded, *unanswered)])
        before, now = len(engine.asked.questions.places), len(vectors.questions.places)
        told.append(f"同类提问 {before} → {now}")
    try:
        if vectors is not None:
            asked.save(vectors, folder / asked.ASKED.name)
        model.save(folder / intent.MODEL.name)
    except OSError as error:
        raise BadInput(f"{folder}: 无法写入（{error.strerror}），请换一个可写的目录") from error
    say(f"已记入：{'；'.join(told)}；写入 {folder}")


@app.command()
def train(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="目录，默认 data/ranker")] = None,
    every: Annotated[int, typer.Option(min=1, help="每几条提问和记录文字取一条；试算用，默认全部")] = 1,
    kept_back: Annotated[
        Path | None,
        typer.Option(help="另存四分之三提问所学的内容，benchmarks/quality.py --kept-back 读取，不必再学"),
    ] = None,
) -> None:
    """用分级提问和开发集的标注重新学习排序（不读取测试集）。"""
    from catalog.files import write_atomically
    from recommender import answering, asked, evaluation, intent, training, training_set
    from recommender.learning import LearningSettings
    from recommender.ranking import RANKER

    _trial_goes_elsewhere(every, output)
    folder = output or RANKER.parent
    engine = open_engine()
    graded = training_set.load_training(set(engine.ids))[::every]
    questions = training_set.read_questions(engine, graded)
    said = training_set.said_of_records(engine)[::every]
    examples = evaluation.intent_examples()
    wanted = [one for one in examples if one.label == intent.TECHNOLOGY]
    others = [one for one in examples if one.label != intent.TECHNOLOGY][::every]
    unanswered = training_set.read_unanswered(engine, others)
    settings = LearningSettings.on_every_core()
    before_all = training_set.learn_others(engine, questions, said, unanswered, settings)
    unseen = training_set.kept_back(engine.with_asked(before_all), questions, unanswered)
    order = training.fit(training_set.samples_of(engine, unseen.asked))
    vectors = training_set.learn_asked(engine, questions, said, unanswered, settings)
    engine = engine.with_asked(vectors)
    queries = evaluation.load_judgements()
    samples = evaluation.training_samples(engine, queries)
    engine.ranker = training.calibrated(order, samples)
    spoken, asked_so = training_set.spoken_of(engine), training_set.asked_so(questions)
    seen = training_set.not_kept_back
    before = intent.train([*wanted, *seen(others)], [*spoken, *seen(asked_so)])
    model = intent.train([*wanted, *others], [*spoken, *asked_so])

    def answering_of(engine: RecommenderEngine, kept: training_set.KeptBack) -> dict[str, object]:
        further, refused = (
            [engine.signals(evidence, before.probabilities(one.example.text)) for one, evidence in own]
            for own in (kept.asked, kept.unanswered)
        )
        known = evaluation.answer_signals(engine, queries, model)
        return answering.as_json(answering.fit(*known, further, refused))

    answer = answering_of(engine, unseen)
    nothing = engine.with_asked(asked.AskedVectors.of_nobody())
    told = training_set.kept_back(nothing, questions, unanswered)
    nothing.ranker = training.calibrated(
        training.fit(training_set.samples_of(nothing, told.asked)),
        evaluation.training_samples(nothing, queries),
    ).without_gain()
    untaught = training.weighed(nothing.ranker, answering_of(nothing, told))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        asked.save(vectors, folder / asked.ASKED.name)
        if kept_back is not None:
            asked.save(before_all, kept_back)
        model.save(folder / intent.MODEL.name)
        content = training.as_json(
            engine.ranker, answer=answer, untaught=untaught, questions=len(unseen.asked), queries=len(samples)
        )
        write_atomically(folder / RANKER.name, content.encode())
    except OSError as error:
        raise BadInput(f"{folder}: 无法写入（{error.strerror}），请换一个可写的目录") from error
    say(
        f"已学习：{len(samples)} 条开发集查询，{len(questions)} 条分级提问，"
        f"{len(wanted) + len(others)} 条意图样例；"
        f"写入 {folder}"
    )


def _trial_goes_elsewhere(every: int, output: Path | None) -> None:
    """Raise BadInput where a trial would replace the shipped model."""
    if every > 1 and output is None:
        raise BadInput(f"--every {every} 是试算，不能写入随程序的模型，请用 -o 指定另一个目录")


@synonyms.command()
def preview(
    source: Annotated[Path, typer.Argument(help="CSV，列 word,standard,kind,category")],
) -> None:
    """预览词表改动：哪些已标注查询的结果会变、变多少；不保存任何内容。"""
    from embeddings.lexicon import read_thesaurus, thesaurus
    from recommender import evaluation
    from recommender.thesaurus import Thesaurus

    added = read_thesaurus(source)
    replaced = {entry.word.lower() for entry in added}
    kept = [entry for entry in thesaurus() if entry.word.lower() not in replaced]
    engine = open_engine()
    changed = engine.with_thesaurus(Thesaurus.of([*kept, *added]))
    changes = evaluation.changes(engine, changed, evaluation.load_judgements())
    new = sum(entry.word.lower() not in {known.word.lower() for known in thesaurus()} for entry in added)
    say(f"{source}：{len(added)} 条（新增 {new}，替换 {len(added) - new}）；以下仅为预览，未保存")
    for change in changes.queries:
        say(f"  {change.id} nDCG@10 {change.before:.3f} → {change.after:.3f}  {change.text}")
    for split, (before, after) in changes.means.items():
        say(f"{split}：nDCG@10 {before:.3f} → {after:.3f}，变化 {after - before:+.3f}")
    say(f"结果有变化的查询：{len(changes.queries)} 条")


@feedback.command("review")
def review_feedback(
    output: Annotated[Path, typer.Option("--output", "-o", help="写入待审的标注文件（CSV）")],
    source: Annotated[
        Path | None, typer.Option("--input", help="反馈文件，默认本机的 feedback.jsonl")
    ] = None,
) -> None:
    """把本机收集的“不合适”反馈整理成待审的标注，供人工定级后并入评测集。"""
    from recommender import feedback as kept

    rows = kept.review(source, known_ids=set(open_engine().ids))
    kept.write_review(output, rows)
    say(f"共 {len(rows)} 条待审；grade 列为建议值，请逐条核对后并入 data/judgements；{output}")


@app.command()
def economics(
    investment: Annotated[float, typer.Option("--investment", help="总投资 I，万元")],
    net_cash_flow: Annotated[
        float | None, typer.Option("--net-cash-flow", help="年净现金流 F，万元/年")
    ] = None,
    annual_saving: Annotated[
        float | None, typer.Option("--annual-saving", help="年运行费用节省 P，万元/年，代替 F")
    ] = None,
    tax_rate: Annotated[float, typer.Option("--tax-rate", help="所得税率")] = 0.25,
    depreciation_years: Annotated[
        int | None, typer.Option("--depreciation-years", help="折旧年限，默认同寿命期")
    ] = None,
    years: Annotated[int, typer.Option("--years", help="寿命期 n，年")] = 10,
    rate: Annotated[float | None, typer.Option("--rate", help="贴现率，例如 0.05")] = None,
    residual_rate: Annotated[float, typer.Option("--residual-rate", help="残值率")] = 0.0,
    file_format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> None:
    """按清洁生产审核的公式计算一个方案的 N、NPV、NPVR 和 IRR。"""
    from recommender import economics as audit_economics

    _check_format(file_format, ("text", "json"))
    if net_cash_flow is None and annual_saving is None:
        raise BadInput("缺少 --net-cash-flow（年净现金流）或 --annual-saving（年节省），请给出其一")
    result = audit_economics.assess(
        audit_economics.EconomicInputs(
            investment_wan_yuan=investment,
            annual_saving_wan_yuan=annual_saving,
            net_cash_flow_wan_yuan=net_cash_flow,
            discount_rate=rate,
            tax_rate=tax_rate,
            depreciation_years=depreciation_years or years,
            life_years=years,
            residual_rate=residual_rate,
        )
    )
    if file_format == "json":
        say(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return
    from recommender import labels

    for line in labels.economics_lines(result):
        say(line)


@app.command()
def replay(
    source: Annotated[Path, typer.Argument(help="推荐凭证（JSON）")],
) -> None:
    """按推荐凭证重跑一遍；结果逐字节一致时退出码为 0，否则列出差别，退出码为 1。"""
    from recommender import slip as slips

    try:
        content = source.read_bytes()
    except OSError as error:
        raise BadInput(f"{source}: 无法读取（{error.strerror}），请检查文件路径") from error
    kept = slips.read_slip(content, source.name)
    found = slips.replay(open_engine(), kept)
    for line in found.differences:
        say(line)
    if not found.same:
        fail("与凭证不一致，差别见上", code=1)
    say(f"与凭证逐字节一致：{source.name}")


def _print_report(report: dict[str, Any]) -> None:
    names = list(next(iter(report["splits"].values())))
    widths = {name: max(len(name) + 2, 9) for name in names}
    say("".ljust(14) + "".join(name.rjust(widths[name]) for name in names))
    for group in ("splits", "styles", "sectors", "kinds"):
        for key, summary in report[group].items():
            cells = "".join(f"{summary[n]:.3f}".rjust(widths[n]) for n in names)
            say(_padded(key, 14) + cells)
        for key, bounds in report["intervals"].items() if group == "splits" else ():
            shown = "  ".join(f"{name} {low:.3f}–{high:.3f}" for name, (low, high) in bounds.items())
            say(f"95% 区间 {key}：{shown}")
    say("最差五条：")
    for item in report["worst"]:
        say(f"  {item['id']} nDCG@10={item['nDCG@10']:.2f} {item['text']}")
        wanted = "、".join(item["wanted"]) or "（仅有可参考项）"
        say(f"     返回 {'、'.join(item['returned']) or '无'}；应为 {wanted}")


def _padded(text: str, width: int) -> str:
    """Return ``text`` filled with blanks to ``width`` columns; a Chinese character takes two."""
    return text + " " * max(width - sum(2 if ord(c) > 0x2E80 else 1 for c in text), 0)

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=dict(os.environ),
    )


def test_match_gives_json_with_the_promised_keys(engine):
    done = run(
        "recommender", "match", "烧结机头烟气直接排放", "--industry", "钢铁", "-k", "3", "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["verdict"] == "matched" and 1 <= len(result["results"]) <= 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["match", ""], "问题描述：为空"),
        (["match", "烟气", "-k", "0"], "条数须为正整数"),
        (["match", "烟气", "--format", "yaml"], "--format yaml: 不支持"),
        (["match-file", "missing.csv", "-o", "out.jsonl"], "无法读取"),
        (["match-file", "missing.csv", "-o", "out.doc"], "后缀“.doc”不支持"),
        (["train", "--every", "10"], "请用 -o 指定另一个目录"),
        (["remember", "--every", "10"], "请用 -o 指定另一个目录"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(engine, arguments, words):
    done = run("recommender", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_validate_prints_one_line_a_fault_and_exits_2(data_dir, write_record, record):
    record.update(stage="未知阶段", extra=1)
    record["media"] = ["怪物"]
    write_record(record)
    done = run("catalog", "validate", "--data", str(data_dir))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 3


def test_coverage_exits_1_when_an_industrial_term_is_open(data_dir, write_record, record):
    write_record(record)
    done = run("catalog", "coverage", "--data", str(data_dir))
    assert done.returncode == 1
    assert "薄带铸轧" in done.stderr
    assert "烧结烟气内循环  CPT-0001" in done.stdout


def test_the_classifier_of_intents_is_trained_alone_on_wish(tmp_path):
    done = run("recommender", "remember", "--every", "200", "--intents-only", "-o", str(tmp_path / "模型"))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "模型").iterdir()] == ["intents.npz"]

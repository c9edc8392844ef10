import json

import pytest

from catalog import BadInput
from recommender.feedback import feedback_file, save_feedback


def test_feedback_is_appended_on_this_machine(tmp_path):
    for note in ("烟温太低", ""):
        save_feedback("CPT-0002", text="烟气", industry="31", reason="conditions", note=note, home=tmp_path)
    lines = feedback_file(tmp_path).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["note"] for line in lines] == ["烟温太低", ""]


@pytest.mark.parametrize(("reason", "note"), [("因为", ""), ("other", "长" * 501)])
def test_feedback_that_cannot_be_kept_is_one_line(tmp_path, reason, note):
    with pytest.raises(BadInput):
        save_feedback("CPT-0002", text="烟气", industry=None, reason=reason, note=note, home=tmp_path)
    assert not feedback_file(tmp_path).exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(BadInput, match="QINGYUAN_HOME"):
        save_feedback("CPT-0002", text="烟", industry=None, reason="other", home=tmp_path / "file")

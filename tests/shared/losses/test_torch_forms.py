"""PyTorch asked in a process of its own, and where it is missing."""

import pytest

from shared.errors import InputError
from shared.losses import torch_forms
from shared.losses.entropy import Batch


def test_without_torch_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.installed.find_missing", lambda *names: [*names])
    monkeypatch.setattr(torch_forms, "ask_worker", None)  # no process is started
    with pytest.raises(InputError, match=r"Asking PyTorch needs torch.*make setup-train"):
        torch_forms.run_apart(Batch())


def test_one_at_a_time_is_asked_and_the_next_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_meanwhile(*_request: object, **_limits: object) -> dict[str, list]:
        with pytest.raises(InputError, match="Press again in a few seconds"):
            torch_forms.run_apart(Batch())
        return {"lines": [["code", 1.5]]}

    monkeypatch.setattr(torch_forms, "ask_worker", ask_meanwhile)
    assert torch_forms.run_apart(Batch()) == torch_forms.run_apart(Batch()) == [("code", 1.5)]


@pytest.mark.long
def test_it_answers_from_a_process_of_its_own() -> None:
    lines = torch_forms.run_apart(Batch())
    assert [code for code, _ in lines] == [*torch_forms.FORMS["softmax"]]
    assert [round(number, 5) for _, number in lines] == [0.13566] * 4

"""What a visitor reads when a callback fails, for every kind of function."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import gradio as gr
import pytest

from shared.errors import InputError
from shared.ui.guard import FAULT_MESSAGE, friendly


@friendly
def plain(x: int, *, fail: Exception | None = None) -> int:
    """Add one.

    Args:
        x: the number.
    """
    if fail:
        raise fail
    return x + 1


@friendly
async def coroutine(x: int, *, fail: Exception | None = None) -> int:
    if fail:
        raise fail
    return x + 1


@friendly
def generator(x: int, *, fail: Exception | None = None) -> Iterator[int]:
    yield x + 1
    if fail:
        raise fail


@friendly
async def async_generator(x: int, *, fail: Exception | None = None) -> AsyncIterator[int]:
    yield x + 1
    if fail:
        raise fail


async def _collect(x: int, **more: Any) -> int:
    return [value async for value in async_generator(x, **more)][-1]


RUNNERS = {
    "plain": plain,
    "coroutine": lambda x, **more: asyncio.run(coroutine(x, **more)),
    "generator": lambda x, **more: list(generator(x, **more))[-1],
    "async_generator": lambda x, **more: asyncio.run(_collect(x, **more)),
}


@pytest.mark.parametrize("kind", RUNNERS)
def test_a_good_call_passes_through(kind: str) -> None:
    assert RUNNERS[kind](2) == 3


@pytest.mark.parametrize("kind", RUNNERS)
def test_input_error_is_shown_as_it_is(kind: str) -> None:
    with pytest.raises(gr.Error) as caught:
        RUNNERS[kind](2, fail=InputError("Use 0.5 to 5 stars, 3 < 5."))
    assert caught.value.message == "Use 0.5 to 5 stars, 3 < 5."
    assert caught.value.print_exception is False


@pytest.mark.parametrize("kind", RUNNERS)
def test_a_fault_is_logged_and_hidden(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(gr.Error) as caught:
        RUNNERS[kind](2, fail=KeyError("/srv/secret"))
    assert caught.value.message == FAULT_MESSAGE
    assert "secret" not in caught.value.message
    assert "Traceback" in caplog.text
    assert "/srv/secret" in caplog.text


@pytest.mark.parametrize("kind", RUNNERS)
def test_gradios_own_error_passes_through(kind: str) -> None:
    mine = gr.Error("mine")
    with pytest.raises(gr.Error) as caught:
        RUNNERS[kind](2, fail=mine)
    assert caught.value is mine


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            "No film is called <img src=x onerror=alert(1)>.",
            "No film is called ‹img src=x onerror=alert(1)>.",
        ),
        ("</script><!-- x", "‹/script>‹!-- x"),
        ("1 < 2 and <3", "1 < 2 and <3"),
    ],
)
def test_no_tag_reaches_the_page(given: str, shown: str) -> None:
    with pytest.raises(gr.Error) as caught:
        plain(1, fail=InputError(given))
    assert caught.value.message == shown


def test_name_signature_and_docstring_stay() -> None:
    assert plain.__name__ == "plain"
    assert list(inspect.signature(plain).parameters) == ["x", "fail"]
    assert "the number" in (plain.__doc__ or "")


def test_each_kind_stays_its_kind() -> None:
    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isgeneratorfunction(generator)
    assert inspect.isasyncgenfunction(async_generator)

"""The choice of an image model in a browser: filters, marks, links between tabs, measuring, phone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from shared.image_models.rank import Filters, search
from shared.image_models.table import load_models
from tests.browser.pages import lend_page
from tests.browser.screens import open_tab, settle
from tests.shared.matmul.test_notebook import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

SPEED, LIST = "#speed-picture", "#speed-list"
VERDICT = f"{SPEED} .im-verdict"
MEASURED = {
    "architecture": "levit_256",
    "size": 224,
    "parameters": 18.9,
    "mean": 30,
    "low": 28,
    "high": 32,
    "repeats": 40,
    "machine": "1 of 2 processor cores",
}


@pytest.fixture(scope="module")
def url(serve) -> str:
    return serve("models").url


@contextmanager
def opened(browser: "Browser", url: str, link: str = "", **options: object) -> "Iterator[Page]":
    with lend_page(browser, **{"viewport": {"width": 1280, "height": 900}, **options}) as page:
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url + link)
        settle(page)
        page.wait_for_function("document.querySelectorAll('[data-ready=true]').length >= 2")
        yield page
        assert faults == []


def choose(page: "Page", label: str, option: str) -> None:
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option).click()


def n_fitting(**wanted: object) -> str:
    return f"{len(search(load_models(), Filters(**wanted))):,}"  # type: ignore[arg-type]


def said(page: "Page", text: str, where: str = VERDICT) -> str:
    """Wait until a piece says something, and give all that it says."""
    page.locator(where, has_text=text).first.wait_for()
    return page.locator(where).first.inner_text()


def test_every_filter_redraws_without_asking_a_server(browser, url) -> None:
    with opened(browser, url) as page:
        assert said(page, n_fitting()).endswith("34 on the line, beaten by none.")
        before = page.locator(f"{SPEED} .im-ResNet").last.get_attribute("d")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        choose(page, "Hardware", "Intel i7")
        said(page, n_fitting(hardware="i7"))
        assert page.locator(f"{SPEED} .im-ResNet").last.get_attribute("d") != before
        page.get_by_label("Longest time").fill("50")
        said(page, n_fitting(hardware="i7", max_ms=50))
        page.get_by_label("Largest file").fill("100")
        said(page, n_fitting(hardware="i7", max_ms=50, max_mb=100))
        page.get_by_label("Name").fill("convnext in12k")
        said(page, n_fitting(hardware="i7", max_ms=50, max_mb=100, name="convnext in12k"))
        choose(page, "Family", "LeViT")
        said(page, "No model fits")
        assert page.locator(f"{LIST} details").is_hidden()
        assert [one for one in asked if "/modules/" not in one] == []


def test_a_point_and_a_name_are_marked_and_lead_to_the_code(browser, url) -> None:
    with opened(browser, url) as page:
        said(page, n_fitting())
        page.locator(f"{LIST} .im-pick", has_text="levit_256.fb_dist_in1k").click()
        marked = said(page, "levit_256.fb_dist_in1k", f"{LIST} .im-marked-line")
        assert "0.111 ms, 81.5 % on ImageNet, 18.89 million parameters" in marked
        assert page.locator(f"{SPEED} .im-own").text_content() == "levit_256"
        page.locator(f"{SPEED} .im-marked").hover(force=True)
        said(page, "levit", f"{SPEED} .im-tip")
        page.get_by_role("button", name="List all that fit").click()
        page.locator(f"{LIST} caption", has_text="1,449 models that fit, the best first").wait_for()
        page.locator(f"{LIST} .im-marked-line").get_by_role("link", name="Use it").click()
        said(page, 'vision_learner(dls, "levit_256.fb_dist_in1k"', "#use-code .im-code")
        page.go_back()
        page.locator("[role=tab][aria-selected=true]", has_text="Speed").first.wait_for()
        page.go_forward()
        page.locator("#use-code .im-code").wait_for()


def test_a_link_brings_everything_back(browser, url) -> None:
    link = "#speed?hardware=i9&max_ms=20&max_mb=0&max_size=224&family=all&name=levit"
    with opened(browser, url, link) as page:
        said(page, n_fitting(hardware="i9", max_ms=20, max_size=224, name="levit"))
        page.get_by_label("Longest time").fill("10")
        page.wait_for_function("location.hash.includes('max_ms=10')")
        again = page.evaluate("location.hash")
    with opened(browser, url, again) as page:
        said(page, n_fitting(hardware="i9", max_ms=10, max_size=224, name="levit"))
    with opened(browser, url, "#speed?hardware=toaster&max_ms=-1&max_size=x") as page:
        said(page, n_fitting())


def test_robust_tells_equal_models_apart(browser, url) -> None:
    with opened(browser, url, "#robust") as page:
        assert "on ImageNet-A for 21.4 % to 46.8 %" in said(page, "83 %", "#robust-picture .im-verdict")
        choose(page, "Other test photos", "ImageNet-Sketch")
        said(page, "on ImageNet-Sketch for", "#robust-picture .im-verdict")
        assert page.locator("#robust-list tbody tr").count() == 20


def test_choose_answers_with_reasons(browser, url) -> None:
    with opened(browser, url, "#choose") as page:
        said(page, "tiny_vit_21m_224", "#choose-said .im-verdict")
        page.get_by_label("Largest file").last.fill("20")
        said(page, "Against the first", "#choose-list li:nth-child(2)")
        page.get_by_label("speed").check()
        said(page, "The fastest of", "#choose-list li:first-child")
        page.get_by_text("More wishes").click()
        settle(page)  # Gradio makes what is in it now, and hears nothing before
        page.get_by_label("number input for Least accuracy").fill("99")
        page.get_by_label("number input for Least accuracy").press("Enter")
        said(page, "Which of your wishes", "#choose-said .im-verdict")


def test_the_constant_flips_the_order_and_own_runs_are_scored(browser, url) -> None:
    with opened(browser, url, "#score") as page:
        verdict = "#score-list .im-verdict"
        for constant, winner in (("300", "deit3_base_patch16_224"), ("20", "levit_256"), ("80", "levit_384")):
            page.get_by_label("number input for The constant").fill(constant)
            page.get_by_label("number input for The constant").press("Enter")
            said(page, f"With a constant of {constant}, {winner}", verdict)
            assert page.locator("#score-list .im-now").inner_text().startswith(winner)
        page.get_by_text("Score your own").click()
        page.get_by_label("Your own runs").fill("mine 0.05 20\nyours 0.04")
        said(page, "Line 2 must be", "#score-list .im-note")
        page.get_by_label("Your own runs").fill("mine 0.05 20\nyours 0.04 90")
        said(page, "mine has the lowest score", verdict)
        page.reload()
        said(page, "mine has the lowest score", verdict)


def test_what_was_measured_stands_among_the_others_and_stays(browser, url) -> None:
    with opened(browser, url, "#measure") as page:
        page.get_by_text("Nothing was measured yet").wait_for()
        page.get_by_label("Architecture").fill("test_vit")
        page.get_by_role("button", name="Measure it here").click()
        page.locator("#measure-answer b").wait_for(timeout=120_000)
        answer = page.locator("#measure-answer").inner_text()
        assert "test_vit at 160 px" in answer
        assert "processor cores" in answer
        page.evaluate(f"localStorage.setItem('models-measured', '{json.dumps([MEASURED])}')")
        page.reload()
        said(page, "30 ms", "#measure-answer output")
        assert "2.3 × as fast" in page.locator("#measure-answer tr", has_text="i7-12700H").inner_text()
        page.get_by_role("link", name="See them in Speed").click()
        said(page, "1 model fits")
        assert page.locator(f"{SPEED} .im-whisker").count() == 1
        page.go_back()
        page.get_by_role("button", name="Forget them").click()
        page.get_by_text("Nothing was measured yet").wait_for()


def test_a_mistyped_name_is_answered_in_one_sentence(browser, url) -> None:
    with opened(browser, url, "#measure?architecture=convnxt_tiny") as page:
        assert page.get_by_label("Architecture").input_value() == "convnxt_tiny"
        page.get_by_role("button", name="Measure it here").click()
        page.get_by_text("timm knows no architecture 'convnxt_tiny'. Try convnext_tiny").wait_for(
            timeout=120_000
        )


def test_the_notebook_in_the_downloads_runs(browser, url, tmp_path) -> None:
    with opened(browser, url, "#speed?name=levit") as page:
        said(page, n_fitting(name="levit"))
        with page.expect_download() as download:
            page.get_by_role("button", name="Take a notebook").click()
        download.value.save_as(tmp_path / "mine.ipynb")
    names = run(json.loads((tmp_path / "mine.ipynb").read_text()))
    assert len(names["df"]) == int(n_fitting(name="levit"))


def test_use_it_shows_the_weights_and_says_what_it_does_not_know(browser, url) -> None:
    with opened(browser, url, "#use?name=<b>none</b>") as page:
        said(page, "The table has no model <b>none</b>", "#use-code .im-verdict")
        assert page.locator("#use-code .im-code").is_hidden()
        page.get_by_role("textbox", name="Model").fill("convnext_tiny")
        said(page, "79.0 % to 85.2 %", "#use-code .im-verdict")
        page.get_by_role("button", name="convnext_tiny.fb_in1k", exact=True).click()
        said(page, 'vision_learner(dls, "convnext_tiny.fb_in1k"', "#use-code .im-code")


def test_in_the_gallery_it_leads_to_the_bear_classifier(browser, serve) -> None:
    gallery = serve("gallery").url
    with opened(browser, f"{gallery}models/", "#use?name=levit_256") as page:
        link = page.get_by_role("link", name="Train levit_256 on your photos")
        assert link.get_attribute("href") == "/bears/#train?arch=levit_256"


def test_on_a_phone_the_picture_stays_while_a_control_moves(browser, url) -> None:
    with opened(browser, url, viewport={"width": 360, "height": 740}) as page:
        said(page, n_fitting())
        page.get_by_label("Largest file").first.scroll_into_view_if_needed()
        page.get_by_label("Largest file").first.fill("20")
        said(page, n_fitting(max_mb=20))
        box = page.locator(f"{SPEED} .im-plot").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] < 740
        open_tab(page, "Choose")
        assert page.locator("#choose-said .im-verdict").bounding_box()["y"] < 740

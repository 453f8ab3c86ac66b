"""A learner opens JupyterLab, runs a lesson and answers a question without touching the mouse."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import TimeoutError

from kit.errors import KitError
from kit.notebooks import read_notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIRST_LESSON = "courses/00-start/01-first-steps.ipynb"


def open_notebook(page, lab, path):
    # In a workspace of its own: two pages in one may wait for each other.
    page.goto(lab.replace("lab?", f"lab/workspaces/{uuid4().hex}/tree/{path}?"))
    try:
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
    except TimeoutError as err:
        raise AssertionError(f"the notebook did not open; the page told {page.told}") from err
    # Not before: to run a cell without a kernel, JupyterLab would first ask which one.
    page.get_by_text(re.compile(r"\| Idle")).first.wait_for(timeout=120_000)


def run_all_and_save(page, notebook):
    """Run every cell from the menu, save, and return the notebook as it lies on the disk."""
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text=/^Run All Cells$/")
    last = [cell.id for cell in read_notebook(notebook).cells if cell.cell_type == "code"][-1]
    for _attempt in range(120):
        page.wait_for_timeout(1000)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
        try:
            saved = read_notebook(notebook)
        except KitError:
            continue  # JupyterLab is writing it.
        ran = next(cell for cell in saved.cells if cell.id == last)
        if ran.execution_count:
            return saved
    raise AssertionError("the last cell did not run within three minutes")


def scroll_to(page, text):
    """Bring a text into view; JupyterLab draws only the cells near the window."""
    for position in range(0, 40_000, 400):
        page.evaluate(
            "top => {document.querySelector('.jp-WindowedPanel-outer').scrollTop = top}", position
        )
        page.wait_for_timeout(80)
        found = page.locator(".jp-OutputArea").get_by_text(text)
        if found.count() and found.first.is_visible():
            found.first.scroll_into_view_if_needed()
            return found.first
    raise AssertionError(f"{text!r} is nowhere in the notebook")


def test_the_first_lesson_runs_from_top_to_bottom_and_asks_for_nothing_outside(
    page, lab, learner_folder
):
    open_notebook(page, lab, FIRST_LESSON)
    saved = run_all_and_save(page, learner_folder / FIRST_LESSON)
    errors = [
        f"{cell.id}: {output.ename}"
        for cell in saved.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", [])
    ]
    assert errors == []
    assert page.outside == []


def test_a_question_is_answered_with_the_keyboard_alone(page, lab, learner_folder):
    open_notebook(page, lab, FIRST_LESSON)
    saved = run_all_and_save(page, learner_folder / FIRST_LESSON)
    asked = next(
        cell
        for cell in saved.cells
        if cell.cell_type == "code" and re.match(r"\s*(#.*\n)?quiz\(", cell.source)
    )
    question = re.search(r'"([^"]{12,40})', asked.source.split(",", 1)[1])[1].strip()
    card = scroll_to(page, question)
    options = card.locator("xpath=ancestor::*[contains(@class, 'kit-card')][1]").locator("button")
    options.first.focus()
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    verdict = page.locator(".kit-said").filter(has_text=re.compile("Right|Not this one"))
    verdict.first.wait_for(timeout=10_000)
    # The second option is one Tab away, and a learner may try again.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    log = (learner_folder / ".kit" / "log.jsonl").read_text(encoding="utf-8")
    assert '"quiz"' in log


def test_jupyterlab_shows_the_learners_own_folder_and_none_of_the_mentors_tools(page, lab):
    page.goto(lab.replace("lab?", "lab/workspaces/fresh?"))
    page.wait_for_selector(".jp-DirListing-item", timeout=60_000)
    names = page.locator(".jp-DirListing-itemText").all_inner_texts()
    assert {"assignments", "courses", "START-HERE.md"} <= set(names)
    menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert "File" in menus
    assert "Nbgrader" not in menus

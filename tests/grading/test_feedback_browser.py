"""A real browser opens a hostile feedback page: nothing runs and nothing is asked for."""

import re
from contextlib import contextmanager

import pytest
from grading_examples import answer, notebook
from hostile import hostile_notebook
from nbformat.v4 import new_output
from test_feedback import mark, page, result

from kit.grading import feedback, outputs
from kit.grading.report import render_report
from kit.grading.results import Result

pytestmark = pytest.mark.browser


@contextmanager
def opened(browser, html, tmp_path, **context):
    """Open a page from a file; yields it with the list of everything that it asked for."""
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    here = browser.new_context(**context)
    asked = []

    def note(route):
        # Only what the policy lets through comes here. Nothing leaves this machine all the same.
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    here.route("**/*", note)
    tab = here.new_page()
    tab.goto(file.as_uri(), wait_until="domcontentloaded")
    tab.wait_for_timeout(300)
    yield tab, asked
    here.close()


def hostile_page(**more):
    return page(result(mark("test-visible", 0, 1)), work={"doubles": hostile_notebook(**more)})


def test_no_script_runs_and_no_request_leaves_a_hostile_page(browser, tmp_path):
    with opened(browser, hostile_page(), tmp_path) as (tab, asked):
        assert tab.title() == "Feedback: Doubles"
        assert asked == []
        # Nothing hostile was even given to the browser: the page holds without its policy, too.
        assert (
            tab.locator(
                "main script, main iframe, main object, main form, main link, main style"
            ).count()
            == 0
        )


def test_the_policy_alone_stops_what_a_sanitiser_would_let_through(browser, tmp_path, monkeypatch):
    let_everything_through(monkeypatch)
    # A policy has no word for leaving the page, so a refresh is the sanitiser's alone to stop.
    with opened(browser, hostile_page(without=("refresh",)), tmp_path) as (tab, asked):
        assert tab.title() == "Feedback: Doubles"
        assert asked == []


def test_the_same_page_without_sanitiser_and_policy_does_run_it(browser, tmp_path, monkeypatch):
    let_everything_through(monkeypatch)
    unsafe = re.sub(
        r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", hostile_page(without=("refresh",))
    )
    with opened(browser, unsafe, tmp_path) as (tab, asked):
        assert tab.title() == "pwned"
        assert any("evil.invalid" in url for url in asked)


def let_everything_through(monkeypatch):
    from markupsafe import Markup

    monkeypatch.setattr(outputs, "render_html", Markup)
    monkeypatch.setattr(outputs, "render_svg", lambda drawing, _prefix: Markup(drawing))
    monkeypatch.setattr(outputs, "render_markdown", Markup)
    monkeypatch.setattr(feedback, "render_markdown", Markup)


def ordinary_feedback():
    marks = [mark("a", 1, 1), mark("b", 0, 1, message="why"), mark("c", None, 1, kind="written")]
    work = notebook(answer("double", "def double(x):  # twice\n    return 2 * x + 0.5 + len('a')"))
    red = new_output(
        "error", ename="E", evalue="x", traceback=["\x1b[31mE\x1b[0m \x1b[32mx\x1b[33my\x1b[34mz"]
    )
    work.cells[0].outputs = [red, new_output("stream", name="stderr", text="careful")]
    return page(result(*marks, repairs=("One.",)), work={"doubles": work})


def ordinary_report():
    failed = Result("doubles", "intern-08", "failed", "No notebook.")
    waiting = result(
        mark("a", 1, 2, message="why"), mark("c", None, 1, kind="written"), late_seconds=9.0
    )
    return render_report(
        [failed, waiting], assignment="doubles", title="Doubles", roster=["intern-09"]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", [ordinary_feedback, ordinary_report])
def test_every_text_can_be_told_from_its_background(browser, tmp_path, scheme, make):
    with opened(browser, make(), tmp_path, color_scheme=scheme) as (tab, _asked):
        assert tab.evaluate(CONTRAST) == []


@pytest.mark.parametrize("make", [ordinary_feedback, ordinary_report])
def test_a_page_is_never_wider_than_a_small_screen(browser, tmp_path, make):
    with opened(browser, make(), tmp_path, viewport={"width": 360, "height": 640}) as (tab, _asked):
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360


# The contrast of each element that holds text, by the formula of WCAG 2; 4.5 is asked for small text.
CONTRAST = """() => {
  const part = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const lum = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  const seen = e => { const c = rgb(getComputedStyle(e).backgroundColor); return c.length < 4 || c[3] > 0; };
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const faint = [];
  for (const e of document.querySelectorAll('body :not(svg, svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    let up = e;
    while (!seen(up)) up = up.parentElement;
    const a = lum(rgb(getComputedStyle(e).color)), b = lum(rgb(getComputedStyle(up).backgroundColor));
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5) faint.push(e.textContent.trim() + ' ' + contrast.toFixed(2));
  }
  return faint;
}"""

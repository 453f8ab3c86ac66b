"""The outputs of a student's cell on a page: shown where honest, harmless always, limited in size."""

import base64

from hostile import hostile_notebook
from nbformat.v4 import new_output

from kit.grading.outputs import MAX_OUTPUTS, render_code, render_image, render_outputs

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def show(*outputs, **more):
    return str(render_outputs(outputs, "o", **more))


def bundle(**data):
    metadata = data.pop("metadata", {})
    return new_output(
        "display_data", {k.replace("_", "/"): v for k, v in data.items()}, metadata=metadata
    )


def test_a_picture_is_kept_with_its_description():
    encoded = base64.b64encode(DOT).decode()
    shown = show(
        bundle(image_png=encoded, text_plain="x", metadata={"image/png": {"alt": 'A "dot".'}})
    )
    assert shown == f'<img src="data:image/png;base64,{encoded}" alt="A &#34;dot&#34;.">'


def test_what_only_says_that_it_is_a_picture_is_not_shown():
    for data in ("PHNjcmlwdD4=", '" onerror="x', "", "é"):
        assert render_image(data, "image/png", "x").startswith('<p class="left-out">')


def test_html_that_is_nothing_but_a_script_falls_back_to_its_text():
    shown = show(bundle(text_html="<script>draw()</script>", text_plain="<Chart>"))
    assert "draw" not in shown and "&lt;Chart&gt;" in shown


def test_javascript_alone_is_named_and_not_shown():
    assert "application/javascript" in show(
        new_output("display_data", {"application/javascript": "alert(1)"})
    )
    assert "alert" not in show(new_output("display_data", {"application/javascript": "alert(1)"}))


def test_pieces_of_one_stream_are_joined_and_two_streams_are_not():
    pieces = [("stdout", "a"), ("stdout", "b\n"), ("stderr", "c")]
    shown = show(*(new_output("stream", name=name, text=text) for name, text in pieces))
    assert ">ab\n</pre>" in shown and shown.count("<pre") == 2


def test_sixty_megabytes_of_text_become_a_page_that_opens():
    shown = show(new_output("stream", name="stdout", text="x" * 60_000_000))
    assert len(shown) < 25_000 and "characters left out" in shown


def test_ten_thousand_outputs_become_a_page_that_opens():
    shown = show(*(bundle(text_plain=str(n)) for n in range(10_000)))
    assert shown.count("<pre") == MAX_OUTPUTS
    assert f"{10_000 - MAX_OUTPUTS} more outputs are left out" in shown


def test_a_damaged_output_costs_only_itself():
    shown = show(
        {"output_type": "display_data"}, {"output_type": "stream"}, bundle(text_plain="fine")
    )
    assert shown.count("damaged") == 2 and "fine" in shown


def test_an_output_that_holds_a_secret_line_is_left_out_in_whatever_form():
    secret = "assert double(21) == 42"
    forms = [
        new_output("stream", name="stdout", text=f"1 {secret} 2"),
        new_output("stream", name="stdout", text=repr(f'"{secret}"').replace(" ", "  ")),
        bundle(text_html=f"<b>{secret.replace('=', '&#61;')}</b>", text_plain="x"),
        bundle(text_plain="x" * 300_000 + secret + "x" * 300_000),
        new_output(
            "error",
            ename="E",
            evalue="e",
            traceback=["\x1b[31massert\x1b[0m double(\x1b[1m21\x1b[0m) == 42"],
        ),
    ]
    for output in forms:
        shown = show(output, secrets=[secret])
        assert "because it holds text of a test" in shown and "21" not in shown
    assert "because" not in show(bundle(text_plain="double(21) is 42"), secrets=[secret])


def test_code_is_coloured_and_escaped():
    shown = render_code("if x < 1:\n    print('</code>')")
    assert '<span class="k">if</span>' in shown
    assert "</code>" not in shown and "&lt;/code&gt;" in shown


def test_every_hostile_output_can_be_shown():
    for cell in hostile_notebook().cells:
        if cell.cell_type == "code":
            shown = str(render_outputs(cell.outputs, "o"))
            assert "<script" not in shown and "damaged" not in shown

"""Notebook contents that try to act on whoever looks at them."""

import base64

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

# Each calls home or changes the page's title when a script runs. `{site}` is a server that nobody must reach.
HTML = {
    "script": "<script>document.title='pwned';fetch('{site}/script')</script>",
    "script in svg": "<svg><script>document.title='pwned'</script></svg>",
    "event handler": "<img src=x onerror=\"document.title='pwned'\">",
    "event handler on body": "<body onload=\"document.title='pwned'\">",
    "details toggle": "<details open ontoggle=\"document.title='pwned'\">x</details>",
    "frame": "<iframe srcdoc=\"<script>parent.document.title='pwned'</script>\"></iframe>",
    "remote picture": "<img src='{site}/picture.png'>",
    "remote style": "<link rel=stylesheet href='{site}/style.css'><style>@import '{site}/import.css';</style>",
    "background": "<p style=\"background: url('{site}/background.png')\">x</p>",
    "refresh": '<meta http-equiv=refresh content="0;url={site}/refresh">',
    "base": "<base href='{site}/'><a href='x'>x</a>",
    "form": "<form action='{site}/form'><button autofocus>x</button></form>",
    "javascript link": "<a href=\"javascript:document.title='pwned'\">x</a>",
    "disguised link": "<a href=\"java\tscript:document.title='pwned'\">x</a>",
    "data link": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "mutation": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
    "onerror=document.title='pwned'&gt;\">",
    "foreign": "<svg></p><style><a id=\"</style><img src=1 onerror=document.title='pwned'>\">",
    "object": "<object data='{site}/object'></object><embed src='{site}/embed'>",
    "video": "<video src='{site}/video' autoplay onerror=\"document.title='pwned'\"></video>",
    "template": "<template><script>document.title='pwned'</script></template>",
    "unclosed comment": "<!-- <img src=x onerror=document.title='pwned'> --!>"
    "<script>document.title='pwned'</script>",
}

SVG = {
    "script": "<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='pwned'</script></svg>",
    "handler": "<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='pwned'\"><rect/></svg>",
    "remote use": "<svg><use href='{site}/use.svg#a'/><image href='{site}/image.png'/></svg>",
    "link": "<svg><a xlink:href=\"javascript:document.title='pwned'\"><text>x</text></a></svg>",
    "foreign": "<svg><foreignObject><img src=a onerror=\"document.title='pwned'\"></foreignObject></svg>",
    "animate": "<svg><a><animate attributeName=href values=\"javascript:document.title='pwned'\"/></a></svg>",
    "remote paint": "<svg><rect fill=\"url('{site}/paint.svg#a')\" style='fill: url({site}/paint2)'/></svg>",
}

MARKDOWN = {
    "html": "Hello <img src=x onerror=\"document.title='pwned'\"> <script>document.title='pwned'</script>",
    "link": "[x](javascript:document.title='pwned') <javascript:alert(1)>",
    "picture": "![x]({site}/markdown.png) ![x](x\" onerror=\"document.title='pwned')",
    "reference": "[x][1]\n\n[1]: javascript:document.title='pwned'",
    "heading": "# <img src=x onerror=document.title='pwned'>",
    "formula": "$\\text{<img src=x onerror=document.title='pwned'>}$ "
    "$$\\href{javascript:document.title='pwned'}{x}$$ $\\text{</math><script>document.title='pwned'</script>}$",
    "formula in an attribute": "<div title=\"\n\n$\\text{\"><img src=x onerror=document.title='pwned'>}$",
}


def hostile_notebook(site: str = "http://evil.invalid", *, without: tuple[str, ...] = ()):
    """Return a notebook with everything above in every place where it could be shown."""
    html = {
        name: text.replace("{site}", site) for name, text in HTML.items() if name not in without
    }
    svg = {name: text.replace("{site}", site) for name, text in SVG.items()}
    markdown = {name: text.replace("{site}", site) for name, text in MARKDOWN.items()}
    everything = "\n".join([*html.values(), *svg.values()])
    outputs = [
        *(new_output("display_data", {"text/html": text}) for text in html.values()),
        *(new_output("display_data", {"image/svg+xml": text}) for text in svg.values()),
        *(new_output("display_data", {"text/markdown": text}) for text in markdown.values()),
        new_output("display_data", {"application/javascript": "document.title='pwned'"}),
        new_output("display_data", {"text/latex": "<script>document.title='pwned'</script>"}),
        new_output("execute_result", {"text/plain": everything}, execution_count=1),
        new_output(
            "stream",
            name="stdout",
            text=everything + "\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07",
        ),
        new_output(
            "error",
            ename="<script>document.title='pwned'</script>",
            evalue=everything,
            traceback=[
                "\x1b[31m" + everything,
                "\x1b[38;5;1m<script>document.title='pwned'</script>",
            ],
        ),
        new_output(
            "display_data",
            {"image/png": base64.b64encode(everything.encode()).decode()},
            metadata={"image/png": {"alt": "\"><script>document.title='pwned'</script>"}},
        ),
        new_output(
            "display_data",
            {"image/png": "\" onerror=\"document.title='pwned'"},
        ),
    ]
    cells = [
        *(
            new_code_cell(
                f"# {everything}", id=f"code-{number}", outputs=outputs[start : start + 10]
            )
            for number, start in enumerate(range(0, len(outputs), 10))
        ),
        *(
            new_markdown_cell(text, id=f"text-{number}")
            for number, text in enumerate(markdown.values())
        ),
        new_markdown_cell(everything, id="all"),
    ]
    return new_notebook(cells=cells)

# ---
# title: HTML outputs with scripts, handlers, frames and forms.
# ---
# %% added
from IPython.display import HTML, display

for text in (
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "<iframe srcdoc=\"<script>parent.document.title='pwned'</script>\"></iframe>",
    "<svg/onload=document.title='pwned'>",
    "<form action='http://evil.invalid'><input name=a autofocus onfocus=document.title='pwned'></form>",
    "<a href='javascript:document.title=1'>x</a><base href='http://evil.invalid/'>",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/'>",
    "<link rel=stylesheet href=http://evil.invalid/x.css><style>@import 'http://evil.invalid/y.css'; body{display:none}</style>",
    "<object data=http://evil.invalid/o></object><embed src=http://evil.invalid/e>",
    "<details open ontoggle=document.title='pwned'>x</details><video src=x onerror=document.title='pwned'></video>",
    "</pre></div></body><script>document.title='pwned'</script>",
):
    display(HTML(text))

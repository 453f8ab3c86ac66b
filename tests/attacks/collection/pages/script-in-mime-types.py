# ---
# title: Outputs as JavaScript, SVG, LaTeX, Markdown and types of one's own.
# ---
# %% added
from IPython.display import display

bad = "<script>document.title='pwned'</script><img src=x onerror=document.title='pwned'>"
for kind in ("application/javascript", "image/svg+xml", "text/latex", "text/markdown", "text/html", "application/vnd.evil+json", "application/json", "image/png", "image/jpeg", "application/pdf", bad):
    display({kind: bad, "text/plain": bad}, raw=True, metadata={kind: {"alt": bad, "width": "1\" onload=\"document.title='pwned'"}})

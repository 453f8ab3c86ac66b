# ---
# title: An exception whose name, text and traceback are HTML.
# ---
# %% double
kind = type("<img src=x onerror=document.title='pwned'>", (ValueError,), {})


def double(x):
    raise kind("</code></pre><script>document.title='pwned'</script>\x1b]0;pwned\x07")

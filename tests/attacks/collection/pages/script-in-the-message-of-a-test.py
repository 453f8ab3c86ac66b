# ---
# title: The visible test shows the answer in its message, and the answer is HTML.
# ---
# %% double
def double(x):
    return "</p><script>document.title='pwned'</script><img src=x onerror=document.title='pwned'>"

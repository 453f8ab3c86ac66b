# ---
# title: The text of a cell closes the tags around it.
# ---
# %% added
# </code></pre></div><script>document.title='pwned'</script><img src=x onerror=document.title='pwned'>
text = "\u202e\u2066</script><script>document.title='pwned'</script>"

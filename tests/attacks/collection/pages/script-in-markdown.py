# ---
# title: Markdown cells with HTML, links, formulas and pictures.
# ---
# %% markdown
<script>document.title='pwned'</script> <img src=x onerror="document.title='pwned'">

[x](javascript:document.title='pwned') <javascript:alert(1)> ![x](x" onerror="document.title='pwned')

$\text{<img src=x onerror=document.title='pwned'>}$ $$\href{javascript:alert(1)}{x}$$

<div title="

$\text{"><img src=x onerror=document.title='pwned'>}$

[y]: javascript:document.title='pwned'

# ---
# title: A picture in SVG with scripts, foreign objects and animations.
# ---
# %% added
from IPython.display import SVG, display

display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='pwned'\"><script>document.title='pwned'</script><foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload=\"document.title='pwned'\"/></foreignObject><a href=\"javascript:document.title='pwned'\"><animate attributeName='href' values=\"javascript:document.title='pwned'\"/><text>x</text></a></svg>"))

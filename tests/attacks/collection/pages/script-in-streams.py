# ---
# title: Printed text with HTML and with codes for terminals.
# ---
# %% added
import sys

text = "<script>document.title='pwned'</script>\x1b]0;pwned\x07\x1b[2J\x1b]8;;javascript:alert(1)\x1b\\x\x1b]8;;\x1b\\\x1b[31m<b onmouseover=document.title='pwned'>x\x1b[0m\r\x08\x9b31m"
print(text)
print(text, file=sys.stderr)

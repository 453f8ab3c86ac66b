# ---
# title: Shell commands look for all of it.
# ---
# %% added
!cat @COURSE@/source/arena/arena.ipynb @HOME@/secret.txt ../*/*.ipynb 2>/dev/null
!grep -rs QUOKKA[-] /tmp --include=*.ipynb -m 3 2>/dev/null | head -c 5000
!env; ps aux | grep [@]MARK

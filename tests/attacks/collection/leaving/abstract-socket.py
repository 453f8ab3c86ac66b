# ---
# title: A socket of another program, by its abstract name.
# ---
# %% added
import socket

try:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect("\0@ABSTRACT@")
        client.sendall(b"hello")
        print("REACHED abstract")
except OSError:
    pass

# ---
# title: A socket of another program, by its path.
# ---
# %% added
import socket

try:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect("@SOCKET@")
        client.sendall(b"hello")
        print("REACHED unix")
except OSError:
    pass

# ---
# title: A UDP packet to a server on this machine.
# ---
# %% added
import socket

try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"hello", ("127.0.0.1", @UDP@))
except OSError:
    pass

# ---
# title: A connection by multipath TCP, which rules for TCP do not see.
# ---
# %% added
import socket

try:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as client:
        client.settimeout(2)
        client.connect(("127.0.0.1", @TCP@))
        client.sendall(b"hello")
        print("REACHED mptcp")
except OSError:
    pass

# ---
# title: A server is opened, for whoever may come later.
# ---
# %% added
import socket
import threading

try:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    print("OPEN server")
except OSError:
    pass

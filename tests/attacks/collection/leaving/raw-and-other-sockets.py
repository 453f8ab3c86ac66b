# ---
# title: Raw sockets, packets, netlink, Bluetooth, virtual machines and the kernel's ciphers.
# ---
# %% added
import socket

for family, kind, protocol in ((2, 3, 1), (17, 3, 0), (31, 3, 1), (40, 1, 0), (38, 5, 0), (16, 3, 12), (10, 2, 0)):
    try:
        socket.socket(family, kind, protocol).close()
        print("REACHED family", family)
    except OSError:
        pass

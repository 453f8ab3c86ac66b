# ---
# title: Disks, memory and terminals are opened as devices, or devices are made.
# ---
# %% added
import os

for name in ("/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg", "/dev/port", "/dev/fuse", "/dev/kvm", "/dev/loop-control"):
    try:
        os.close(os.open(name, os.O_RDONLY))
        print("REACHED", name)
    except OSError:
        pass
try:
    os.mknod("disk", 0o60600, os.makedev(254, 0))
    os.close(os.open("disk", os.O_RDONLY))
    print("REACHED a device")
except OSError:
    pass

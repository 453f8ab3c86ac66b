# ---
# title: Other processes are looked at and changed through /proc.
# ---
# %% added
import glob
import pathlib

for action in (
    lambda: print("REACHED", pathlib.Path("/proc/@VICTIM@/environ").read_bytes()),
    lambda: print("REACHED", pathlib.Path("/proc/@VICTIM@/status").read_text()[:50]),
    lambda: pathlib.Path("/proc/@VICTIM@/oom_score_adj").write_text("1000"),
    lambda: pathlib.Path("/proc/sys/kernel/core_pattern").write_text("|/tmp/x"),
    lambda: pathlib.Path("/proc/sysrq-trigger").write_text("h"),
):
    try:
        action()
    except OSError:
        pass

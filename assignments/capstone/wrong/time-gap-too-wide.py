# ---
# title: The widest row sets a gap for all rows, so good rows are thrown away.
# loses: {test-time-visible: 1, test-time-apart: 1, test-time-keeps: 1, test-time-cuts: 1}
# ---
# %% split-time
def split_time(first: list[float], last: list[float], cuts: tuple[float, float]) -> list[str]:
    early, late = cuts
    if not early < late:
        raise ValueError("the second cut must come after the first")
    width = max(end - begin for begin, end in zip(first, last))
    parts = []
    for begin, end in zip(first, last, strict=True):
        if end < early:
            parts.append("train")
        elif begin >= late + width:
            parts.append("test")
        elif begin >= early + width and end < late:
            parts.append("calibration")
        else:
            parts.append("left out")
    return parts

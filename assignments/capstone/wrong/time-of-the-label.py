# ---
# title: A row goes where its label is, so rows at a cut share months with the other side.
# loses: {test-time-visible: 1, test-time-apart: 1, test-time-keeps: 1}
# ---
# %% split-time
def split_time(first: list[float], last: list[float], cuts: tuple[float, float]) -> list[str]:
    early, late = cuts
    if not early < late:
        raise ValueError("the second cut must come after the first")
    parts = []
    for _begin, end in zip(first, last, strict=True):
        if end < early:
            parts.append("train")
        elif end >= late:
            parts.append("test")
        elif end < late:
            parts.append("calibration")
        else:
            parts.append("left out")
    return parts

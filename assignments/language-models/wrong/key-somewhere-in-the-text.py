# ---
# title: The answer is right when the digits of the key stand anywhere in it.
# loses:
#   test-marks-visible: 1
#   test-marks-last: 1
#   test-marks-unreadable: 1
# ---
# %% marks
def mark(answer: str, key: int) -> int:
    return int(str(key) in answer.replace(",", ""))

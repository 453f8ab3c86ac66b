# ---
# title: A text without a number stops the evaluation.
# loses:
#   test-marks-unreadable: 1
# ---
# %% marks
def mark(answer: str, key: int) -> int:
    numbers = re.findall(r"-?[0-9]+(?:,[0-9]{3})*", answer)
    return int(int(numbers[-1].replace(",", "")) == key)

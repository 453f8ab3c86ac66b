# ---
# title: The first number of the text counts, not the last.
# loses:
#   test-marks-visible: 1
#   test-marks-last: 1
#   test-marks-unreadable: 1
# ---
# %% marks
def mark(answer: str, key: int) -> int:
    numbers = re.findall(r"-?[0-9]+(?:,[0-9]{3})*", answer)
    return int(bool(numbers) and int(numbers[0].replace(",", "")) == key)

# ---
# title: Only the number of questions is checked, not whether they are independent.
# loses:
#   test-copy-too-few: 1
# ---
# %% copy-softmax
def copy_softmax(questions, answers):
    n, d = questions.shape
    if n < d + 1:
        raise ValueError("these questions do not determine the model")
    table = np.c_[questions, np.ones(n)]
    ratios = np.log(answers[:, 1:] / answers[:, :1])
    solution = np.linalg.lstsq(table, ratios, rcond=None)[0]
    return solution[:-1].T, solution[-1]

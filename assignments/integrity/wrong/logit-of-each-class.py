# ---
# title: The logit of each class is used, as if the others were one class.
# loses:
#   test-copy-exact: 1
#   test-copy-wine: 1
#   test-copy-rounded: 1
# ---
# %% copy-softmax
def copy_softmax(questions, answers):
    table = np.c_[questions, np.ones(len(questions))]
    if np.linalg.matrix_rank(table) < table.shape[1]:
        raise ValueError("these questions do not determine the model")
    logits = np.log(answers[:, 1:] / (1 - answers[:, 1:]))
    solution = np.linalg.lstsq(table, logits, rcond=None)[0]
    return solution[:-1].T, solution[-1]

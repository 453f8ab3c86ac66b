# ---
# title: "Nearest neighbours without scaling: the measure with the largest numbers decides."
# loses:
#   test-classify-units: 1
#   test-classify-rare: 1
# ---
# %% classify
def classify(X_train, y_train, X_new):
    return KNeighborsClassifier(1).fit(X_train, y_train).predict(X_new)

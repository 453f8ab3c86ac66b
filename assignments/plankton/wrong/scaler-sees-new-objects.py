# ---
# title: The scaler is fitted to the training objects and the new ones together.
# loses:
#   test-classify-alone: 1
# ---
# %% classify
def classify(X_train, y_train, X_new):
    scaler = StandardScaler().fit(np.log(np.vstack([X_train, X_new])))
    model = SVC(C=10, class_weight="balanced").fit(scaler.transform(np.log(X_train)), y_train)
    return model.predict(scaler.transform(np.log(X_new)))

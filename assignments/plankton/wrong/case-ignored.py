# ---
# title: The whole table is put in small letters first, so no capital is found.
# loses:
#   test-audit-example: 1
#   test-audit-capitals: 1
#   test-audit-shared: 1
# ---
# %% audit
def audit(table, text_columns, id_columns):
    def values(column):
        return ["" if pd.isna(value) else str(value).lower() for value in table[column].tolist()]

    def clean(text):
        return text[:-2] if text[:-2].isdigit() and text.endswith(".0") else text

    labels = [label.lower() for label in values("proposed_label")]
    capitals = [
        (column, row)
        for column in text_columns
        for row, text in enumerate(values(column))
        if text != text.lower()
    ]
    decimals, shared = {}, {}
    for column in id_columns:
        found = values(column)
        decimals[column] = sum(clean(text) != text for text in found)
        names = {}
        for text, label in zip(found, labels, strict=True):
            if text:
                names.setdefault(clean(text), set()).add(label)
        shared[column] = {key: sorted(group) for key, group in names.items() if len(group) > 1}
    return {"capitals": capitals, "decimals": decimals, "shared": shared}

# ---
# title: A question without number and reason becomes 'not measured', without a word.
# loses:
#   test-card-silence: 1
# ---
# %% complete-card
def complete_card(asked, measured, reasons) -> list[dict]:
    rows = []
    for question in asked:
        value, low, high = measured.get(question, (None, None, None))
        reason = reasons.get(question, "").strip() or None
        status = "not_measured"
        if question in measured:
            status = "measured" if reason is None else "invalid"
        found = {"value": value, "low": low, "high": high, "reason": reason}
        rows.append({"id": question, "status": status, **found})
    return rows

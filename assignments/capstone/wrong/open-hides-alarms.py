# ---
# title: An alarm counts only where the row is invalid too.
# loses: {test-open-complete: 1, test-open-alarms: 1, test-dossier-again: 1}
# ---
# %% open-points
def open_points(card: dict) -> dict:
    def said(row: dict, name: str) -> str:
        return "" if row[name] is None else row[name]["text"]

    rows = card["rows"]
    measured = {row["id"].split(".")[0] for row in rows if row["status"] == "measured"}
    return {
        "alarms": {
            row["id"]: said(row, "alarm")
            for row in rows
            if row["alarm"] is not None and row["status"] == "invalid"
        },
        "invalid": {row["id"]: said(row, "reason") for row in rows if row["status"] == "invalid"},
        "not measured": {
            row["id"]: said(row, "reason") for row in rows if row["status"] == "not_measured"
        },
        "silent axes": [axis for axis in AXES if axis not in measured],
    }

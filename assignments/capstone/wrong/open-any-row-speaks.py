# ---
# title: An axis is silent only if it has no row at all.
# loses: {test-open-visible: 1, test-open-silent: 1}
# ---
# %% open-points
def open_points(card: dict) -> dict:
    def said(row: dict, name: str) -> str:
        return "" if row[name] is None else row[name]["text"]

    rows = card["rows"]
    measured = {row["id"].split(".")[0] for row in rows}
    return {
        "alarms": {row["id"]: said(row, "alarm") for row in rows if row["alarm"] is not None},
        "invalid": {row["id"]: said(row, "reason") for row in rows if row["status"] == "invalid"},
        "not measured": {
            row["id"]: said(row, "reason") for row in rows if row["status"] == "not_measured"
        },
        "silent axes": [axis for axis in AXES if axis not in measured],
    }

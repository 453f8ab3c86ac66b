# ---
# title: A shell command in the background, and one that does not end.
# ---
# %% last
!MARK=@MARK@ sleep 7200 &
!yes > /dev/null

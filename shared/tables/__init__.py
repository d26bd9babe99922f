"""Tables that leave the project.

`write_csv`: the one writer of every CSV that a visitor takes away, safe to open in a spreadsheet.
"""

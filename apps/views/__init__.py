"""The tabs: a folder per app, a file per tab, each with one `build_<tab>()`. Layout and wiring, no maths."""

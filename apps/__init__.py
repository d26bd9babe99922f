"""What people see: one module per app, each of them one Hugging Face Space.

`python apps/<app>.py` serves one app, `python apps/gallery.py` all of them; `apps/catalog.py` lists them. An
app imports `shared` and its own `apps.views.<app>`, never another app.
"""

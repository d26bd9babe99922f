"""What the lessons teach, importable without Gradio.

One package per idea (`collab`, ...), and beside them what every idea needs: `artifacts` (where a trained
model comes from), `device`, `limits`, `errors`, `plotting`. Only `shared.ui` knows Gradio.

    from shared.errors import InputError
    from shared.limits import MAX_UPLOAD_MB
"""

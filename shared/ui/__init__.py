"""The look of every app: theme, page frame, guarded callbacks, launch. Only here does `shared` know Gradio.

from shared.ui.page import page, tabs
from shared.ui.launch import launch_app
with page("Movie recommender", "Rate a few films and see what fits.") as demo, tabs(): ...
"""

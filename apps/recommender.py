"""Movie recommender (lesson 7): rate a few films, see what fits, and look at why.

    python apps/recommender.py        # http://127.0.0.1:7860

One tab a file in `views/recommender/`; the models are in `shared/collab/`. Programs call the endpoints in
`views/recommender/endpoints.py`. Nothing here imports torch or fastai until somebody trains with them.
"""

import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # `python apps/recommender.py` works from any folder

import threading

import gradio as gr

from apps.catalog import by_name
from apps.views.recommender.endpoints import build_endpoints
from apps.views.recommender.film_map import build_film_map
from apps.views.recommender.film_rater import BROWSER_KEY, BROWSER_SECRET
from apps.views.recommender.for_you import build_for_you
from apps.views.recommender.for_you_import import BROWSER_KEY as IMPORT_KEY
from apps.views.recommender.loved import build_loved
from apps.views.recommender.quiz import build_quiz
from apps.views.recommender.similar import build_similar
from apps.views.recommender.train_tab import build_train
from apps.views.recommender.under_the_hood import Corner, build_under_the_hood
from shared.collab.model import Recommender, load_recommender
from shared.collab.search import warm_search
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.page import notice, page, tabs
from shared.ui.training_panel import kept_training

APP = by_name("recommender")


def build_demo(recommender: Recommender | None = None) -> gr.Blocks:
    """Assemble the page.

    Args:
        recommender: the model that answers; by default the one `shared.artifacts` finds.
    """
    model = recommender or load_recommender()
    with page(APP.title, APP.summary, lesson=APP.lesson_link) as demo:
        saved = gr.BrowserState([], storage_key=BROWSER_KEY, secret=BROWSER_SECRET)
        training = kept_training("recommender")
        undoable = gr.BrowserState({}, storage_key=IMPORT_KEY, secret=BROWSER_SECRET)
        notice(model.notice)
        with tabs():
            with gr.Tab(**APP.tab("for-you")):
                restore_on_load = build_for_you(model, saved, undoable)
            with gr.Tab(**APP.tab("similar")):
                build_similar(model)
            with gr.Tab(**APP.tab("film-map")) as map_tab:
                build_film_map(model, saved, map_tab)
            with gr.Tab(**APP.tab("loved")):
                build_loved(model)
            with gr.Tab(**APP.tab("hood")):
                build_hood(model)
            with gr.Tab(**APP.tab("train")):
                build_train(model, training, demo)
            with gr.Tab(**APP.tab("quiz")):
                build_quiz()
        build_endpoints(model)
        restore_on_load(demo)
    threading.Thread(target=warm_search, args=[model.catalogue], daemon=True).start()
    return demo


def build_hood(model: Recommender) -> None:
    """The tab on how the model works, when the model's ratings were dense enough for it."""
    if model.corner is None:
        gr.Markdown("This model was trained on too few ratings to show a corner of them.")
        return
    places = [model.place(movie_id) for movie_id in model.corner_films]
    build_under_the_hood(Corner(model.corner, [model.catalogue.titles[place] for place in places]))


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)

"""Collaborative filtering (lesson 7): films, the ratings people gave them, and what follows from those.

`model`, `stars`, `lists`: begin here. What a visitor meets: predicted stars and a list.
`answers`: what it answers, as plain dicts.
`explain`, `why_plots`: why a film is predicted as it is.
`directions`, `film_bias`, `bias_plots`, `film_map`, `film_map_plots`: what the learned numbers say of films.
`titles`, `title_keys`, `catalogue`, `search`, `matching`: which films there are and how to find them.
`import_files`, `import_rows`, `imports`, `ratings_input`, `exports`: a visitor's own ratings, in and out.
`ratings_files`, `ratings_archive`, `own_ratings`, `data`: the ratings of many people, to train on.
`train`, `fit_stars`, `film_features`, `fit_lists`, `fit_fastai`, `metrics`, `card`: train, measure, describe.
`train_request`, `train_worker`, `train_runs`, `train_plots`: the same from the page.
`lookup`, `lookup_plots`, `embedding_size`: what an embedding is.
`corner`, `corner_report`, `corner_plots`, `cell_plots`: a model small enough to watch while it learns.
`dot_product`, `module_source`: the lesson's model in PyTorch, to take away.
`numbers`: numbers that come in are checked, numbers that go out have a sign.

    from shared.collab.catalogue import read_catalogue
    catalogue = read_catalogue(artifact.folder / "catalogue.csv.gz")
    catalogue.label(0)  # "Toy Story (1995)"
"""

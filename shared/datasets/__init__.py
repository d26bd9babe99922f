"""Data sets of the lessons, for all topics. Each has a room and a notice: a Space carries no other.

`titanic`: 891 passengers, and the table as the lesson prepares it (`titanic.lesson`).
`ames`: 2,930 sales of houses.
`movielens`: 100,004 ratings of films, from a package.
`bundled`: reads a table that lies in such a room.

    from shared.datasets.titanic import load_titanic
    load_titanic().n_rows  # 891
"""

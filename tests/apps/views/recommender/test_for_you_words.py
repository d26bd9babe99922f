"""What the page says a list rests on."""

import pytest

from apps.views.recommender.for_you_words import list_rests_on


@pytest.mark.parametrize(
    ("basis", "n_rated", "n_well_known", "said"),
    [
        ("popular", 0, 0, "the same for everybody"),
        ("stars", 3, 3, "predicted stars alone"),
        ("list", 1, 0, "This film has fewer than 10 ratings, so the list rests on fame, genres and years."),
        ("list", 2, 0, "These films have fewer than 10 ratings"),
        ("list", 1, 1, "along with your film."),
        ("list", 4, 4, "along with your films."),
        ("list", 4, 3, "along with 3 of your 4 films; the other counts by its genres and years."),
        ("list", 4, 2, "along with 2 of your 4 films; the other 2 count by their genres and years."),
    ],
)
def test_each_kind_of_list_says_what_it_rests_on(basis, n_rated, n_well_known, said):
    assert said in list_rests_on(basis, n_rated, n_well_known)

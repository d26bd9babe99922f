"""The tabs of the movie recommender."""

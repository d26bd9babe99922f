"""The tabs of the random-forest explorer."""

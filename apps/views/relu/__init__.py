"""The tabs of the ReLU curve fitter."""

"""The tabs of the bear classifier, one file each."""

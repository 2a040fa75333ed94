"""Population noise of each axis, measured on real photos of unchanged lesions."""

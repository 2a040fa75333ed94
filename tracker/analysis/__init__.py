"""Pure computation on pictures and numbers: arrays in, values out; no files, no database."""

"""Population noise of each axis, measured on real photos of unchanged lesions.

To be measured anew whenever a released network changes (a test says so); about 0.6 CPU seconds a
pair, and `--part K/N` splits the work over processes:

    python -m models.noise.collect --split train --lesions 500 --out train.jsonl
    python -m models.noise.collect --split val --lesions 400 --out val.jsonl
    python -m models.noise.fit train.jsonl --out models/release/noise.json
    python -m models.noise.check val.jsonl
    python -m models.noise.focal --split val --lesions 60

`collect` runs the pipeline on pairs of photos, `fit` writes the table, `check` judges lesions that
the fit has not seen, `focal` paints foci into real photos and counts those that are flagged,
`bursts` is where the limits of near-identical photos come from.
"""

"""Training, export, quantisation and evaluation of Moletrail's lesion Vision Transformer.

Nothing here is imported by the running product, which only needs ``models/release``.
Run the modules from the repository root, for example ``python -m models.vit.train --help``.
"""

"""Open formats, one module each; all are written from `domain.exporting` and nothing else."""

"""DICOM: one object a photo, with its mask and measurements; see `writing.write`."""

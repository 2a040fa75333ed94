"""Values of the training labels: three classes and two kinds of partial knowledge."""

BACKGROUND, SKIN, LESION = 0, 1, 2
NOT_LESION = 254  # anything but lesion: hands whose outline is not marked, pen ink
IGNORE = 255

"""Made-up change and made-up recapture of real lesions, for the change benchmark only.

A picture with a mask is taken apart into skin and pigment (optical density over the skin that
would lie beneath). Change acts on the pigment; the skin stays where it is, pixel for pixel. Then a
camera with a pose, a light, a lens and a file format of its own takes the photo. Nothing here is
shared with `models/vit/evolve.py`, which taught the network what change looks like: there the
picture itself is stretched, skin and all, and the ranges are others.
"""

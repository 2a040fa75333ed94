"""What registration says to a person: one sentence a finding, what to do next where it helps."""

from __future__ import annotations

FEATURELESS = (
    "The {which} photo shows too little fine detail to line the two photos up; it may be blurred."
)
NOT_LINED_UP = (
    "Too few details agree between the two photos to tell whether they show the same spot."
)
OTHER_SPOT = "Both photos show the same patch of skin, but a different spot is outlined on each."
NO_SKIN = (
    "The lesion fills the {which} photo, so there is no skin around it to compare sizes by. "
    "Step back a little next time."
)
TOO_LITTLE_SKIN = (
    "Both photos show the same lesion, but too little of the skin around it agrees to compare "
    "sizes. A photo with more skin around the lesion, from the same angle, helps."
)
CUT = "The lesion is cut off by the edge of {which}, so its size is not fully known."
CUT_COMPARED = (
    "Part of the lesion lies outside a photo: sizes are compared over the {share} % of directions "
    "in which both photos show its border. What it did in the others is not known."
)
MIRRORED = "One of the two photos is a mirror image of the other; selfie cameras make such photos."
GREW_OR_STRETCHED = (
    "Details on the lesion and the skin around it moved differently: the lesion grew or shrank, "
    "or the skin was stretched."
)
NO_SCALE = (
    "There is no scale on both photos, and they could not be lined up on the skin around the "
    "lesion."
)
DIFFERENT_LIGHT_PATHS = (
    "One photo was taken through a dermatoscope and the other was not: their colours are not "
    "comparable."
)

"""English of the page Add photos, of the camera and of the inbox."""

from __future__ import annotations

LEAD = "Drag in as many as you like. Nothing is stored before you say so."
FROM_PHONE = "How do photos get here from a phone?"
FROM_PHONE_WAYS = (
    "**By cable.** Connect the phone, allow it to share its photos, and drag them from its folder "
    "(DCIM) onto this page. Send the original, not a reduced copy.",
    "**Through a folder.** Let the phone's own program copy its photos into a folder of this "
    "computer and make that folder the inbox: new pictures then wait there, pre-sorted.",
    "**Not over the network.** The app answers this computer alone. A folder that a cloud service "
    "keeps (iCloud, OneDrive, Google Photos, Dropbox) means that the pictures leave this computer "
    "and the phone by way of that service, before Moletrail sees them. A messenger does so as "
    "well, and reduces the picture.",
)

MEASURING = "Measuring {done} of {total}: {photo}"
STOP = "Stop for now"
STOPPED = "Stopped. What was measured stays here, and nothing is lost."
GO_ON = "Measure the rest ({count})"
SAVE_READY = "Save the {count} that are ready"
SAVING = "Saving {done} of {total}"
NOT_READY = "Not ready yet: {why}."
MISSING_DATE = "the day it was taken"
MISSING_LESION = "which spot it shows"

QUALITY = "Quality"
QUALITY_ENOUGH = "Good enough to measure."
SCALE = "Scale"
SCALE_NONE = "None in view: sizes can only be held against other photos of this spot, not in mm."
SCALE_FOUND = "{mm_per_px:.4f} mm per pixel, from {source}."
OUTLINE = "Outline"
OUTLINE_FOUND = "Found, drawn in the picture."
OUTLINE_SIZE = "Found; largest diameter {diameter:.1f} mm, by that scale."
OUTLINE_RIVAL = "Another spot of similar size is in view: check that the right one is outlined."
OUTLINE_WRONG = "If it is drawn wrong, save the photo and correct it on the spot's page."
CONFIDENT = "Lines up with **{lesion}**, skin on skin (likeness {likeness:.0%}). Please confirm."
LIKELY = "Most like **{lesion}** (likeness {likeness:.0%}), but not confirmed. Please choose."
WHERE = "Where on the body"
ANYWHERE = "anywhere: by likeness alone"
DETAILS = "Scale and note"
PROFILE = "Taken with this calibrated device"

DOUBLE_TITLE = "Now take a second one"
GUIDE_TITLE = "Make the next photo of {lesion} look like this one"
GUIDE_POINTS = (
    "the same distance: the spot as large in the picture as here",
    "the same angle, straight from above, the same way up",
    "the same light, without flash and without shine",
    "a hand's breadth of skin around it, with the card or a ruler",
)
GUIDE_TAKEN = "Taken on {day}."
GUIDE_WHICH = "Show the last photo of a spot as a guide"

CAMERA_START = "Turn the camera on"
CAMERA_STOP = "Turn it off"
CAMERA_SHOOT = "Take the photo"
CAMERA_DEVICE = "Camera"
CAMERA_GHOST = "Last photo laid over"
CAMERA_TEXT = (
    "This computer's camera, or a dermatoscope on USB. The picture is looked at in your browser "
    "while it streams; nothing is kept before you take the photo."
)
CAMERA_REFUSED = "The browser gives no camera: none is connected, or it was not allowed."
HINT_FOCUS = "Focus"
HINT_LIGHT = "Light"
HINT_PLACE = "Position"
HINTS = {
    "focus_label": HINT_FOCUS,
    "light_label": HINT_LIGHT,
    "place_label": HINT_PLACE,
    "focus_good": "as sharp as it was so far",
    "focus_bad": "blurred: hold still, or step back a little",
    "light_good": "even",
    "light_dark": "too dark: more light",
    "light_bright": "too bright: light from the side, no flash",
    "place_good": "in the middle",
    "place_off": "move the spot to the middle",
    "place_small": "move closer",
    "place_large": "move back: leave skin around it",
    "place_none": "no spot in the middle",
}
CAMERA_NAME = "camera-{stamp}.jpg"

INBOX_TITLE = "Inbox"
INBOX_LEAD = "New pictures of one folder, looked at and sorted. They stay where they are."
INBOX_FOLDER = "Folder to watch"
INBOX_FOLDER_HELP = "The one that your phone, or a card reader, copies its photos to."
INBOX_WATCH = "Watch this folder"
INBOX_OFF = "Watch none"
INBOX_CHANGE = "Which folder"
INBOX_SYNCED = (
    "**{service}** seems to copy this folder to other computers. What lies in it leaves this "
    "machine before Moletrail sees it; nothing that Moletrail does can change that."
)
INBOX_EMPTY = "Nothing new in the folder."
INBOX_NEW = "{count} new"
INBOX_LOOK = "Look at them"
INBOX_LOOKING = "Looking at {done} of {total}: {photo}"
INBOX_UNKNOWN = "No spot yet"
INBOX_SURE = "lines up"
INBOX_LIKE = "likeness {likeness:.0%}"
INBOX_BY_FOLDER = "from the folder's name"
INBOX_NO_DATE = "no date"
INBOX_TAKE = "Store"
INBOX_STORE = "Store the {count} chosen"
INBOX_LEAVE = "Do not ask about the others again"
INBOX_UNMEASURED = "Cannot be used: {reason}"
INBOX_REMOVE_TITLE = "Stored already ({count})"
INBOX_REMOVE_TEXT = (
    "These files are in the diary, byte for byte; the copies in the folder are not needed for it. "
    "Removing them is final, and a phone or service that synchronises may remove its own copy too."
)
INBOX_REMOVE_SEALED = (
    "Your diary is encrypted, these copies are not: as long as they lie here, anyone with access "
    "to this account or its disk can look at them."
)
INBOX_REMOVE = "Remove these copies from the folder"
INBOX_REMOVED = "{count} removed."
INBOX_PASSED = "Passed over: {files}"


def saved(count: int) -> str:
    """How many photos were stored."""
    return "1 photo is stored." if count == 1 else f"{count} photos are stored."

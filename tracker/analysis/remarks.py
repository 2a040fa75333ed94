"""What two photos laid over each other show, in words: border moved, colour new."""

from __future__ import annotations

from tracker.analysis.focal import FocalChange
from tracker.analysis.growth import border_shift
from tracker.analysis.registration.plane import Matrix
from tracker.analysis.view import LesionView
from tracker.domain import wording_change

#: A new colour is told from this focal change on (CIEDE2000); less is what two photos differ by.
TOLD_DELTA_E = 6.0


def border_remarks(
    earlier: LesionView, later: LesionView, skin_matrix: Matrix | None
) -> tuple[str, ...]:
    """Evenly or on one side, outwards or inwards; nothing where the border hardly moved."""
    shift = None if skin_matrix is None else border_shift(earlier, later, skin_matrix)
    if shift is None or shift.is_one_sided is None:
        return ()
    grew = shift.mean > 0
    if shift.is_one_sided:
        text = wording_change.GREW_ON_ONE_SIDE if grew else wording_change.SHRANK_ON_ONE_SIDE
        return (text.format(side=shift.side),)
    return (wording_change.GREW_EVENLY if grew else wording_change.SHRANK_EVENLY,)


def colour_remarks(focal: FocalChange | None) -> tuple[str, ...]:
    """The name of a colour that was not there."""
    if focal is None or focal.new_colour is None or focal.delta_e < TOLD_DELTA_E:
        return ()
    return (wording_change.NEW_COLOUR.format(colour=focal.new_colour),)

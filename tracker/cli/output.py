"""Standard output carries results only; messages and progress go to standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tracker.domain.plain_text import spelled_out

if TYPE_CHECKING:
    from rich.progress import Progress

JsonObject = dict[str, Any]


class Advance(Protocol):
    """Moves a progress bar."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` steps of `total` are behind."""
        ...


def without_nan(value: Any) -> Any:
    """The same value with NaN and infinities as None: JSON has no word for them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(item) for item in value]
    return value


@dataclass
class Output:
    """Where a command writes; `as_json` chooses JSON Lines over sentences and tables."""

    as_json: bool = False
    _bar: Progress | None = field(default=None, init=False, repr=False)

    def object(self, value: Mapping[str, Any]) -> None:
        """One JSON object on a line of its own, flushed: a reader may act on it at once.

        ASCII with escapes, so that no console encoding can break a name with an emoji.
        """
        self.line(json.dumps(without_nan(value), allow_nan=False))

    def result(self, value: Mapping[str, Any], text: str) -> None:
        """A result in the form asked for: the object, or the sentence."""
        if self.as_json:
            self.object(value)
        else:
            self.line(text)

    def line(self, text: str = "") -> None:
        """A line on standard output; above the progress bar where both are on one terminal.

        Characters that would steer the terminal are written as escapes.
        """
        text = spelled_out(text)
        if self._bar is not None and sys.stdout.isatty():
            self._above_bar(text)
        else:
            print(text, flush=True)

    def note(self, text: str) -> None:
        """A message beside the results, on standard error; as `line`."""
        text = spelled_out(text)
        if self._bar is not None:
            self._above_bar(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def _above_bar(self, text: str) -> None:
        assert self._bar is not None
        self._bar.console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=True)

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Advance]:
        """A progress bar on standard error, drawn only on a terminal.

        Args:
            total: steps in all, None while it is not known.

        Yields:
            a function to call with the steps done so far, and those in all where they were not
            known before.
        """
        if not sys.stderr.isatty() or (total is not None and total < 2):
            yield lambda done, total=None: None
            return
        from rich.console import Console
        from rich.progress import Progress

        # Redirected, standard output would end up on the bar's console: standard error.
        bar = Progress(
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        with bar:
            self._bar = bar
            task = bar.add_task(label, total=total)
            try:
                yield lambda done, total=total: bar.update(task, completed=done, total=total)
            finally:
                self._bar = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without a progress bar, so that a question stays where it was asked."""
        bar = self._bar
        if bar is None:
            yield
            return
        bar.stop()
        try:
            yield
        finally:
            bar.start()


def prepare_streams() -> None:
    """Let names in any script through, whatever the console's encoding is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

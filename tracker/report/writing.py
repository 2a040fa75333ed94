"""Reports as files."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import UsageError
from tracker.report.document import ReportDocument
from tracker.report.html import to_html
from tracker.report.pdf import to_pdf


def report_bytes(document: ReportDocument, file_name: str) -> bytes:
    """The report in the format that the suffix of `file_name` names.

    Raises:
        UsageError: neither .pdf nor .html.
    """
    suffix = Path(file_name).suffix.lower()
    if suffix == ".pdf":
        return to_pdf(document)
    if suffix in {".html", ".htm"}:
        return to_html(document).encode("utf-8")
    raise UsageError(
        f"A report cannot be written as '{Path(file_name).name}'.",
        next_step="Give a file name that ends in .pdf or .html.",
    )


def write_report(document: ReportDocument, path: Path) -> None:
    """Write the report, as PDF or HTML by the suffix of `path`.

    Raises:
        UsageError: another suffix; nothing is written.
    """
    path.write_bytes(report_bytes(document, path.name))

"""The search index against the journal: its stamp, and if asked every vector in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import EMBEDDING_DIM
from tracker.store.disk import explained
from tracker.store.index import INDEX_FILE, STAMP_FILE
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding

_MADE_AGAIN = "It is made again from the database."


@dataclass(frozen=True, slots=True)
class _Stamp:
    seq: int
    hash: str
    sha256: str


def check_index(seen: Evidence, *, deep: bool) -> Iterator[Finding]:
    """Findings about the index files of a plain vault; an encrypted one has none."""
    if seen.sealing.encrypted:
        return
    with explained(seen.vault / INDEX_FILE):
        files = [seen.vault / INDEX_FILE, seen.vault / STAMP_FILE]
        content, text = (path.read_bytes() if path.is_file() else b"" for path in files)
    if not content and not text:
        return
    if not content or not text:
        yield _leftover("Only one of the two files of the search index is there.")
        return
    stamp = _read_stamp(text)
    if stamp is None:
        yield _damage(STAMP_FILE, "The stamp of the search index cannot be read.")
    elif hashlib.sha256(content).hexdigest() != stamp.sha256:
        if _is_of_journal(seen, content):
            yield _leftover("The search index was written, and then the program was stopped.")
        else:
            yield _damage(INDEX_FILE, "The search index is not what was stored.")
    else:
        yield from _against_journal(seen, stamp, content, deep=deep)


def stamped_entry(seen: Evidence) -> int:
    """Number of the journal entry up to which a whole index was made; 0 where there is none."""
    with explained(seen.vault / INDEX_FILE), suppress(FileNotFoundError):
        stamp = _read_stamp((seen.vault / STAMP_FILE).read_bytes())
        content = (seen.vault / INDEX_FILE).read_bytes()
        if stamp is not None and hashlib.sha256(content).hexdigest() == stamp.sha256:
            return stamp.seq
    return 0


def _read_stamp(text: bytes) -> _Stamp | None:
    with suppress(ValueError, KeyError, TypeError):
        found = json.loads(text)
        return _Stamp(int(found["seq"]), str(found["hash"]), str(found["sha256"]))
    return None


def _against_journal(
    seen: Evidence, stamp: _Stamp, content: bytes, *, deep: bool
) -> Iterator[Finding]:
    head = len(seen.scan.sound)
    if stamp.seq > head:
        yield Finding(
            "journal_cut",
            "damage",
            seen.journal.relative_to(seen.vault).as_posix(),
            f"The journal ends at entry {head}, but the search index was made at entry "
            f"{stamp.seq}.",
            "What the database still holds is restored from there, and the index is made again.",
        )
    elif stamp.seq and seen.scan.sound[stamp.seq - 1].hash != stamp.hash:
        yield _damage(STAMP_FILE, "The search index was made from another journal.")
    elif deep and not _holds(content, *_vectors(seen, stamp.seq)):
        yield _damage(INDEX_FILE, "The search index does not hold what the journal says.")


def _vectors(seen: Evidence, last: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Numbers and embeddings of the analyses in entries 1 … `last`."""
    found = [
        (seq, embedding)
        for seq, entry in seen.entries.items()
        if seq <= last
        and (embedding := getattr(getattr(entry.event, "analysis", None), "embedding", None))
        is not None
    ]
    vectors = np.array([vector for _, vector in found], np.float32).reshape(-1, EMBEDDING_DIM)
    return np.array([seq for seq, _ in found], np.int64), vectors


def _holds(content: bytes, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> bool:
    """Whether an index whose bytes are those that were stamped holds exactly these vectors."""
    try:
        index: Any = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        if index.ntotal != ids.size:
            return False
        if not ids.size:
            return True
        kept = faiss.vector_to_array(index.id_map)
        rows = faiss.downcast_index(index.index).reconstruct_n(0, index.ntotal)
    except (RuntimeError, AttributeError, ValueError):
        return False
    return bool(np.array_equal(kept, ids) and np.array_equal(rows, vectors))


def _is_of_journal(seen: Evidence, content: bytes) -> bool:
    """Whether unstamped bytes are an index of some beginning of the journal.

    They are compared with an index made anew: bytes that nobody vouches for are not parsed.
    """
    ids, vectors = _vectors(seen, len(seen.scan.sound))
    empty = len(_serialized(ids[:0], vectors[:0]))
    count = (len(content) - empty) // (8 + 4 * EMBEDDING_DIM)
    return 0 <= count <= ids.size and _serialized(ids[:count], vectors[:count]) == content


def _serialized(ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> bytes:
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(EMBEDDING_DIM))
    if ids.size:
        index.add_with_ids(np.ascontiguousarray(vectors), ids)
    return bytes(faiss.serialize_index(index).tobytes())


def _leftover(message: str) -> Finding:
    return Finding("index_unfinished", "leftover", INDEX_FILE, message, _MADE_AGAIN)


def _damage(file: str, message: str) -> Finding:
    return Finding("index_damaged", "damage", file, message, _MADE_AGAIN)

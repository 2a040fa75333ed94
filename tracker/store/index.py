"""Nearest embeddings with FAISS: `index.faiss`, and a stamp of what it was made from.

One flat inner-product index over unit vectors holds the embeddings of every model, under the
number of their analysis; a search is restricted to the analyses it may see, so two models' vectors
never meet. The files are derived: whatever does not fit is made again from the database.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import EMBEDDING_DIM
from tracker.errors import VaultError
from tracker.store import reads
from tracker.store.database import Database
from tracker.store.disk import write_atomic

INDEX_FILE = "index.faiss"
STAMP_FILE = "index.json"
_log = logging.getLogger(__name__)


class EmbeddingIndex:
    """The index of one vault, brought up to date with the database when it is made."""

    def __init__(self, vault: Path, database: Database, *, on_disk: bool = True) -> None:
        """Load it or make it; without `on_disk` nothing is read from or written to the vault."""
        self._path = vault / INDEX_FILE
        self._stamp_path = vault / STAMP_FILE
        # Two threads lose against one here as soon as the network runs beside them.
        faiss.omp_set_num_threads(1)
        self._applied = reads.applied(database) or (0, "")
        stored = self._load(database, self._applied[0]) if on_disk else None
        self._index: faiss.Index
        self._index, after = stored or (faiss.IndexIDMap2(faiss.IndexFlatIP(EMBEDDING_DIM)), 0)
        added = self._add(database, after)
        if on_disk and (stored is None or added):
            self._save()

    def _add(self, database: Database, after: int) -> bool:
        new = reads.embeddings(database, after)
        if new.ids.size:
            self._index.add_with_ids(new.vectors, new.ids)
        return bool(new.ids.size)

    def update(self, database: Database) -> bool:
        """Take in what is new; False if the database's history is not this index's any more."""
        seq, digest = self._applied
        if seq and reads.hash_of_applied(database, seq) != digest:
            return False
        self._applied = reads.applied(database) or (0, "")
        self._add(database, seq)
        return True

    def nearest(
        self, embedding: NDArray[np.float32], among: Collection[int], k: int
    ) -> list[tuple[int, float]]:
        """The `k` most similar of the analyses `among`: (number, cosine -1..1), best first."""
        if not among or k < 1:
            return []
        ids = np.fromiter(among, dtype=np.int64, count=len(among))
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(ids))  # type: ignore[call-arg]
        query = np.ascontiguousarray(embedding, dtype=np.float32).reshape(1, EMBEDDING_DIM)
        similarity, found = self._index.search(query, min(k, len(ids)), params=parameters)
        return [
            (int(number), float(np.clip(cosine, -1.0, 1.0)))
            for number, cosine in zip(found[0], similarity[0], strict=True)
            if number >= 0
        ]

    def _load(self, database: Database, applied_seq: int) -> tuple[faiss.Index, int] | None:
        """The stored index and the entry it goes up to; None if it must be made again."""
        try:
            stamp: dict[str, Any] = json.loads(self._stamp_path.read_text(encoding="utf-8"))
            content = self._path.read_bytes()
            seq = int(stamp["seq"])
            if hashlib.sha256(content).hexdigest() != stamp["sha256"]:
                raise ValueError("the file is not what was stamped")
            if seq > applied_seq or reads.hash_of_applied(database, seq) != stamp["hash"]:
                raise ValueError("it belongs to another history")
            index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
            if index.d != EMBEDDING_DIM:
                raise ValueError("it has another dimension")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            _log.warning("the search index is made again: %s", error)
            return None
        return index, seq

    def _save(self) -> None:
        content = faiss.serialize_index(self._index).tobytes()
        digest = hashlib.sha256(content).hexdigest()
        stamp = json.dumps({"seq": self._applied[0], "hash": self._applied[1], "sha256": digest})
        try:
            write_atomic(self._path, content, durable=False)
            write_atomic(self._stamp_path, stamp.encode("ascii"), durable=False)
        except VaultError as error:  # derived: searching works without it being kept
            _log.warning("the search index could not be kept: %s", error)

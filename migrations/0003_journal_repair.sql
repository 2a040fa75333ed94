-- What became of the entries of a journal that was damaged and repaired.
CREATE TABLE journal_repair (
    seq BIGINT NOT NULL,
    repaired_at_utc TIMESTAMP NOT NULL,
    kept BIGINT NOT NULL,
    salvaged BIGINT NOT NULL,
    restored BIGINT NOT NULL,
    lost BIGINT NOT NULL
);

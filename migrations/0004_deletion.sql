-- How much a person deleted, and how many entries the journal had before it was written anew.
CREATE TABLE deletion (
    seq BIGINT NOT NULL,
    deleted_at_utc TIMESTAMP NOT NULL,
    people BIGINT NOT NULL,
    lesions BIGINT NOT NULL,
    observations BIGINT NOT NULL,
    photos BIGINT NOT NULL,
    symptoms BIGINT NOT NULL,
    entries BIGINT NOT NULL
);

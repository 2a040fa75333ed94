-- More of a lesion: its place on the body map, what its skin is, when to look again, and how it
-- ended. Who corrected a mask, what was decided, asked, surveyed and binned, and calibrated devices.
ALTER TABLE lesion ADD COLUMN place_view VARCHAR;
ALTER TABLE lesion ADD COLUMN place_x DOUBLE;
ALTER TABLE lesion ADD COLUMN place_y DOUBLE;
ALTER TABLE lesion ADD COLUMN mark VARCHAR;
ALTER TABLE lesion ADD COLUMN recheck_months INTEGER;
ALTER TABLE lesion ADD COLUMN stage_on DATE;
ALTER TABLE lesion ADD COLUMN merged_into VARCHAR;

-- The corrected mask and its measures stand in the tables of an analysis, under the same seq.
CREATE TABLE mask_correction (
    seq BIGINT NOT NULL,
    observation_id VARCHAR NOT NULL,
    corrected_by VARCHAR,
    correction_method VARCHAR NOT NULL,
    corrected_at_utc TIMESTAMP NOT NULL
);

CREATE TABLE decision (
    seq BIGINT NOT NULL,
    decision_id VARCHAR NOT NULL,
    lesion_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL,
    decided_at_utc TIMESTAMP NOT NULL,
    until DATE,
    note VARCHAR,
    observation_ids VARCHAR[] NOT NULL
);

-- kinds: empty where the answer was "none of these".
CREATE TABLE symptom_answer (
    seq BIGINT NOT NULL,
    answer_id VARCHAR NOT NULL,
    lesion_id VARCHAR NOT NULL,
    observation_id VARCHAR,
    answered_at_utc TIMESTAMP NOT NULL,
    kinds VARCHAR[] NOT NULL
);

CREATE TABLE survey (
    seq BIGINT NOT NULL,
    survey_id VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    surveyed_on DATE NOT NULL,
    lesion_ids VARCHAR[] NOT NULL,
    note VARCHAR,
    removed BOOLEAN NOT NULL
);

CREATE TABLE device_profile (
    seq BIGINT NOT NULL,
    profile_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    mm_per_px DOUBLE NOT NULL,
    sigma_mm_per_px DOUBLE NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    modality VARCHAR,
    removed BOOLEAN NOT NULL
);

-- item_kind: photo (an observation) or lesion, which takes its photos along.
CREATE TABLE bin (
    seq BIGINT NOT NULL,
    item_kind VARCHAR NOT NULL,
    item_id VARCHAR NOT NULL,
    binned BOOLEAN NOT NULL,
    changed_at_utc TIMESTAMP NOT NULL
);

CREATE OR REPLACE VIEW lesion_now AS
SELECT * FROM lesion QUALIFY row_number() OVER (PARTITION BY lesion_id ORDER BY seq DESC) = 1;

CREATE VIEW mask_correction_now AS
SELECT * FROM mask_correction
QUALIFY row_number() OVER (PARTITION BY observation_id ORDER BY seq DESC) = 1;

CREATE VIEW survey_now AS
SELECT * FROM survey QUALIFY row_number() OVER (PARTITION BY survey_id ORDER BY seq DESC) = 1;

CREATE VIEW device_profile_now AS
SELECT * FROM device_profile
QUALIFY row_number() OVER (PARTITION BY profile_id ORDER BY seq DESC) = 1;

-- What is in the bin now.
CREATE VIEW bin_now AS
SELECT * FROM (
    SELECT * FROM bin
    QUALIFY row_number() OVER (PARTITION BY item_kind, item_id ORDER BY seq DESC) = 1
)
WHERE binned;

-- What is not in the bin: what everybody is shown.
CREATE VIEW lesion_here AS
SELECT * FROM lesion_now
WHERE lesion_id NOT IN (SELECT item_id FROM bin_now WHERE item_kind = 'lesion');

CREATE VIEW observation_here AS
SELECT o.* FROM observation o
WHERE o.observation_id NOT IN (SELECT item_id FROM bin_now WHERE item_kind = 'photo')
    AND o.observation_id NOT IN (
        SELECT t.observation_id FROM assignment_now t
        JOIN bin_now b ON b.item_kind = 'lesion' AND b.item_id = t.lesion_id
    );

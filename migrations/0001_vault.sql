-- The first schema. Tables only grow; `seq` is the journal entry a row comes from, and where
-- there are several rows for one thing the highest `seq` wins (the *_now views). There are no
-- keys or secondary indexes: what is written was checked before it went into the journal, and
-- the whole database can be made again from there. Times end in _utc, or are local (taken_at).

CREATE TABLE applied_entry (
    seq BIGINT NOT NULL,
    hash VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    recorded_at_utc TIMESTAMP NOT NULL
);

CREATE TABLE vault (
    seq BIGINT NOT NULL,
    vault_id VARCHAR NOT NULL,
    created_at_utc TIMESTAMP NOT NULL,
    demo BOOLEAN NOT NULL
);

CREATE TABLE person (
    seq BIGINT NOT NULL,
    person_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL
);

CREATE TABLE lesion (
    seq BIGINT NOT NULL,
    lesion_id VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    site VARCHAR,
    life_cycle VARCHAR NOT NULL,
    is_new BOOLEAN NOT NULL,
    note VARCHAR
);

CREATE TABLE photo (
    seq BIGINT NOT NULL,
    photo_sha256 VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    media_type VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL
);

CREATE TABLE observation (
    seq BIGINT NOT NULL,
    observation_id VARCHAR NOT NULL,
    photo_sha256 VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL,
    modality VARCHAR,
    requested_x_px INTEGER,
    requested_y_px INTEGER,
    requested_w_px INTEGER,
    requested_h_px INTEGER,
    added_at_utc TIMESTAMP NOT NULL
);

CREATE TABLE assignment (
    seq BIGINT NOT NULL,
    observation_id VARCHAR NOT NULL,
    lesion_id VARCHAR
);

CREATE TABLE capture (
    seq BIGINT NOT NULL,
    observation_id VARCHAR NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    taken_precision VARCHAR NOT NULL,
    taken_source VARCHAR NOT NULL
);

CREATE TABLE note (
    seq BIGINT NOT NULL,
    observation_id VARCHAR NOT NULL,
    note VARCHAR
);

-- One run of the analysis for one observation. exif_* is what the file itself says.
CREATE TABLE analysis (
    seq BIGINT NOT NULL,
    observation_id VARCHAR NOT NULL,
    photo_label VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    advice VARCHAR,
    width_px INTEGER,
    height_px INTEGER,
    file_taken_at TIMESTAMP,
    file_taken_precision VARCHAR,
    file_taken_source VARCHAR,
    analysed_modality VARCHAR,
    roi_x_px INTEGER,
    roi_y_px INTEGER,
    roi_w_px INTEGER,
    roi_h_px INTEGER,
    scale_mm_per_px DOUBLE,
    scale_sigma_mm_per_px DOUBLE,
    scale_source VARCHAR,
    probabilities STRUCT(label VARCHAR, probability DOUBLE)[],
    label VARCHAR,
    certain BOOLEAN,
    unlike_training DOUBLE,
    unlike_training_limit DOUBLE,
    embedding FLOAT[128],
    heatmap_x_px INTEGER,
    heatmap_y_px INTEGER,
    heatmap_w_px INTEGER,
    heatmap_h_px INTEGER,
    model_name VARCHAR,
    model_version VARCHAR,
    model_sha256 VARCHAR,
    gate_name VARCHAR,
    gate_version VARCHAR,
    gate_sha256 VARCHAR,
    others STRUCT(x_px INTEGER, y_px INTEGER, w_px INTEGER, h_px INTEGER, area_px DOUBLE)[] NOT NULL
);

CREATE TABLE quality (
    seq BIGINT NOT NULL,
    sharpness DOUBLE NOT NULL,
    exposure DOUBLE NOT NULL,
    dark_fraction DOUBLE NOT NULL,
    glare_fraction DOUBLE NOT NULL,
    lesion_px INTEGER,
    issues STRUCT(code VARCHAR, severity VARCHAR, reason VARCHAR, advice VARCHAR)[] NOT NULL
);

-- pixels: one bit a pixel, row-major over the box, compressed with zlib.
CREATE TABLE mask (
    seq BIGINT NOT NULL,
    mask_x_px INTEGER NOT NULL,
    mask_y_px INTEGER NOT NULL,
    mask_w_px INTEGER NOT NULL,
    mask_h_px INTEGER NOT NULL,
    mask_pixels BLOB NOT NULL,
    mask_source VARCHAR NOT NULL
);

CREATE TABLE measurement (
    seq BIGINT NOT NULL,
    area_px DOUBLE NOT NULL,
    perimeter_px DOUBLE NOT NULL,
    diameter_px DOUBLE NOT NULL,
    perpendicular_px DOUBLE NOT NULL,
    asymmetry DOUBLE NOT NULL,
    border_irregularity DOUBLE NOT NULL,
    colours INTEGER NOT NULL,
    lesion_lab DOUBLE[3] NOT NULL,
    lesion_lab_sd DOUBLE[3] NOT NULL,
    skin_lab DOUBLE[3],
    touches_frame BOOLEAN NOT NULL,
    measure_method VARCHAR NOT NULL,
    border_doubt DOUBLE
);

CREATE TABLE comparison (
    seq BIGINT NOT NULL,
    earlier_id VARCHAR NOT NULL,
    later_id VARCHAR NOT NULL,
    same_lesion BOOLEAN,
    registration_method VARCHAR,
    registration_matrix DOUBLE[],
    registration_inliers INTEGER,
    registration_residual DOUBLE,
    size_source VARCHAR,
    size_why_not VARCHAR,
    log_area_ratio DOUBLE,
    log_diameter_ratio DOUBLE,
    size_sigma_log DOUBLE,
    delta_asymmetry DOUBLE,
    log_irregularity_ratio DOUBLE,
    colour_delta_e DOUBLE,
    colour_overall_delta_e DOUBLE,
    delta_lab DOUBLE[3],
    focal_delta_e DOUBLE,
    focal_delta_lab DOUBLE[3],
    colour_constancy VARCHAR,
    cosine DOUBLE,
    method VARCHAR NOT NULL,
    notes VARCHAR[] NOT NULL
);

CREATE TABLE symptom (
    seq BIGINT NOT NULL,
    symptom_id VARCHAR NOT NULL,
    lesion_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    noted_at_utc TIMESTAMP NOT NULL,
    note VARCHAR
);

CREATE VIEW person_now AS
SELECT * FROM person QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY seq DESC) = 1;

CREATE VIEW lesion_now AS
SELECT * FROM lesion QUALIFY row_number() OVER (PARTITION BY lesion_id ORDER BY seq DESC) = 1;

CREATE VIEW photo_now AS
SELECT * FROM photo QUALIFY row_number() OVER (PARTITION BY photo_sha256 ORDER BY seq DESC) = 1;

-- Every network whose numbers are in this vault.
CREATE VIEW model AS
SELECT model_sha256, model_name, model_version FROM analysis WHERE model_sha256 IS NOT NULL
UNION
SELECT gate_sha256, gate_name, gate_version FROM analysis WHERE gate_sha256 IS NOT NULL;

CREATE VIEW assignment_now AS
SELECT * FROM assignment
QUALIFY row_number() OVER (PARTITION BY observation_id ORDER BY seq DESC) = 1;

CREATE VIEW capture_now AS
SELECT * FROM capture
QUALIFY row_number() OVER (PARTITION BY observation_id ORDER BY seq DESC) = 1;

CREATE VIEW note_now AS
SELECT * FROM note QUALIFY row_number() OVER (PARTITION BY observation_id ORDER BY seq DESC) = 1;

CREATE VIEW analysis_now AS
SELECT * FROM analysis
QUALIFY row_number() OVER (PARTITION BY observation_id ORDER BY seq DESC) = 1;

CREATE VIEW comparison_now AS
SELECT * FROM comparison
QUALIFY row_number() OVER (PARTITION BY earlier_id, later_id, method ORDER BY seq DESC) = 1;

-- One text for SQLite and PostgreSQL: text ids (UUIDv7), bigint unix microseconds, double precision, JSON as text.

-- An imported file, checked. The same bytes are the same dataset.
create table dataset (
    dataset_id text primary key,
    use_case text not null,
    -- SHA-256 of the file's bytes
    hash text not null,
    -- the checked columns, in the artifact store
    content_hash text not null,
    name text not null,
    row_count bigint not null,
    column_count bigint not null,
    -- null: the file has no target column
    positives bigint,
    -- the day that the rows describe, YYYY-MM-DD
    as_of text not null,
    simulated bigint not null,
    created_by text not null,
    created_at bigint not null,
    unique (use_case, hash)
);

-- A training, or a part of one (nested).
create table run (
    run_id text primary key,
    parent_id text references run (run_id),
    use_case text not null,
    name text not null,
    -- running, finished, failed, cancelled
    status text not null,
    author text not null,
    dataset_id text references dataset (dataset_id),
    seed bigint not null,
    code_version text not null,
    -- why it failed, or what a person should know
    message text not null,
    started_at bigint not null,
    ended_at bigint
);
create index run_by_parent on run (parent_id, started_at);
create index run_by_use_case on run (use_case, parent_id, started_at);

create table run_parameter (
    run_id text not null references run (run_id),
    name text not null,
    value text not null,
    primary key (run_id, name)
);
create index run_parameter_by_value on run_parameter (name, value);

create table run_metric (
    run_id text not null references run (run_id),
    name text not null,
    step bigint not null,
    -- null: could not be computed, `why` says why
    value double precision,
    interval_low double precision,
    interval_high double precision,
    n bigint,
    why text,
    primary key (run_id, name, step)
);
create index run_metric_by_value on run_metric (name, value);

create table run_tag (
    run_id text not null references run (run_id),
    name text not null,
    value text not null,
    primary key (run_id, name)
);
create index run_tag_by_value on run_tag (name, value);

create table run_stage (
    run_id text not null references run (run_id),
    position bigint not null,
    name text not null,
    seconds double precision not null,
    note text not null,
    primary key (run_id, position)
);

create table run_artifact (
    run_id text not null references run (run_id),
    name text not null,
    hash text not null,
    byte_count bigint not null,
    media_type text not null,
    primary key (run_id, name)
);

-- A trained model under its number.
create table model_version (
    use_case text not null,
    version bigint not null,
    run_id text not null references run (run_id),
    dataset_id text not null references dataset (dataset_id),
    -- the model file, in the artifact store
    model_hash text not null,
    candidate text not null,
    -- None, Staging, Production, Archived
    stage text not null,
    author text not null,
    note text not null,
    created_at bigint not null,
    primary key (use_case, version)
);
create index model_version_by_run on model_version (run_id);

-- The one pointer for what is live: a row per use case, and its history.
create table live_model (
    use_case text primary key,
    -- null: taken out of service
    version bigint,
    -- number of the newest row of the history
    sequence bigint not null,
    foreign key (use_case, version) references model_version (use_case, version)
);
create table live_history (
    use_case text not null,
    sequence bigint not null,
    version bigint,
    changed_by text not null,
    reason text not null,
    changed_at bigint not null,
    primary key (use_case, sequence)
);

-- People scored together by one version.
create table score_batch (
    batch_id text primary key,
    use_case text not null,
    version bigint not null,
    dataset_id text not null references dataset (dataset_id),
    -- the day that the people's data describes
    as_of text not null,
    people bigint not null,
    -- sum of calibrated probabilities, to show the change between cycles without reading every score
    expected_events double precision not null,
    created_by text not null,
    created_at bigint not null,
    foreign key (use_case, version) references model_version (use_case, version)
);
create index score_batch_by_age on score_batch (use_case, as_of, created_at);

create table score (
    batch_id text not null references score_batch (batch_id),
    -- row of the dataset, from 0
    position bigint not null,
    person_id text not null,
    probability double precision not null,
    interval_low double precision,
    interval_high double precision,
    -- the strongest reasons, JSON
    reasons text not null,
    primary key (batch_id, position)
);
create index score_by_person on score (person_id, batch_id);

-- What was done, by whom: append-only (triggers), each row carries the hash of the one before it.
create table audit (
    sequence bigint primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    -- what it was done to, for example "model attrition/3"
    subject text not null,
    -- canonical JSON
    detail text not null,
    previous_hash text not null,
    hash text not null
);

create table session (
    session_id text primary key,
    -- JSON
    data text not null,
    expires_at bigint not null
);

-- A check of one day's people against the baseline of the live version.
create table drift_check (
    check_id text primary key,
    use_case text not null,
    version bigint not null,
    dataset_id text not null references dataset (dataset_id),
    as_of text not null,
    -- drifted, stable, too_few_rows, could_not_compute
    verdict text not null,
    -- null: could not be computed
    share_drifted double precision,
    prediction_verdict text not null,
    -- retrain, wait, keep, unclear
    recommendation text not null,
    reason text not null,
    -- the whole report, JSON, in the artifact store
    report_hash text not null,
    created_by text not null,
    created_at bigint not null,
    foreign key (use_case, version) references model_version (use_case, version)
);
create index drift_check_by_day on drift_check (use_case, as_of, created_at);

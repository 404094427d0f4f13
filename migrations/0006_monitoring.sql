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

-- What a person had to say to a check. Append-only.
create table drift_note (
    note_id text primary key,
    check_id text not null references drift_check (check_id),
    note text not null,
    created_by text not null,
    created_at bigint not null
);
create index drift_note_by_check on drift_note (check_id, created_at);

-- Outcomes: who left, when and why. One row a file; the same file with the same settings is one import.
create table outcome_import (
    import_id text primary key,
    use_case text not null,
    -- SHA-256 of the file's bytes and its settings
    hash text not null,
    name text not null,
    row_count bigint not null,
    event_count bigint not null,
    first_day text not null,
    last_day text not null,
    -- every event up to this day is in the files: of whom nothing is said, it did not happen to. null: only what is said is known
    complete_until text,
    -- the time that a score is about
    horizon_days bigint not null,
    simulated bigint not null,
    created_by text not null,
    created_at bigint not null,
    unique (use_case, hash)
);

-- The newest word about a person on a day.
create table outcome (
    use_case text not null,
    person_id text not null,
    day text not null,
    -- 1: it happened on that day; 0: until that day it had not
    happened bigint not null,
    reason text,
    import_id text not null references outcome_import (import_id),
    primary key (use_case, person_id, day)
);

-- How the scores of one batch did on the outcomes up to the next one. Made anew when more becomes known.
create table cohort (
    batch_id text primary key references score_batch (batch_id),
    use_case text not null,
    as_of text not null,
    -- end of the window
    until_day text not null,
    scored bigint not null,
    known bigint not null,
    -- realized performance, JSON; null: nothing is known yet
    report text
);
create index cohort_by_day on cohort (use_case, as_of);

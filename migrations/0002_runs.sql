-- A training, or a part of one (nested).
create table run (
    run_id text primary key,
    parent_id text references run (run_id),
    use_case text not null,
    name text not null,
    -- running, finished, failed, canceled
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
create index run_by_status on run (status, use_case);

-- Search over runs: from a value to its runs without reading the rows. Of metrics the step is looked at too, so that the index alone answers.
create table run_parameter (
    run_id text not null references run (run_id),
    name text not null,
    value text not null,
    primary key (run_id, name)
);
create index run_parameter_search on run_parameter (name, value, run_id);

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
create index run_metric_search on run_metric (name, value, run_id, step);

create table run_tag (
    run_id text not null references run (run_id),
    name text not null,
    value text not null,
    primary key (run_id, name)
);
create index run_tag_search on run_tag (name, value, run_id);

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

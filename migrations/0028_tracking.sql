-- What MLflow's client logs. Its runs are rows of `run` beside ours, with the id of an experiment in place of a use case where they belong to none.

-- RUNNING, SCHEDULED, FINISHED, FAILED, KILLED as the client set it; null: a run of our own
alter table run add column client_status text;
-- null: it is shown
alter table run add column archived_at bigint;
-- counts the changes by clients, so that what was read of a run can be kept
alter table run add column revision bigint not null default 0;
-- Of the latest value that a client logged: its step, and when (milliseconds, by the client's clock). The row itself is at step 0.
alter table run_metric add column point_step bigint;
alter table run_metric add column recorded_at bigint;
create index run_by_experiment on run (use_case, started_at);

-- Values of clients can be longer than an entry of an index may be.
drop index run_parameter_search;
create index run_parameter_search on run_parameter (name, substr(value, 1, 200), run_id);
drop index run_tag_search;
create index run_tag_search on run_tag (name, substr(value, 1, 200), run_id);

-- An experiment of clients. That of a use case is not here: it has the id of the use case.
create table tracking_experiment (
    experiment_id text primary key,
    -- the id, for the next one
    number bigint not null unique,
    name text not null unique,
    author text not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint
);
-- Where a client logs that names no experiment.
insert into tracking_experiment values ('0', 0, 'Default', 'system', 0, 0, null);

-- Of use cases too.
create table tracking_experiment_tag (
    experiment_id text not null,
    name text not null,
    value text not null,
    primary key (experiment_id, name)
);

-- Every value of a metric that a client logged; the latest one is in `run_metric` at step 0.
create table run_metric_point (
    run_id text not null references run (run_id),
    name text not null,
    -- milliseconds, by the client's clock
    recorded_at bigint not null,
    step bigint not null,
    -- the number as its 64 bits, so that infinity and "not a number" are kept
    bits bigint not null,
    -- a logged model and a dataset that it is about; empty: none
    model_id text not null,
    dataset_name text not null,
    dataset_digest text not null,
    primary key (run_id, name, recorded_at, step, bits)
);
create index run_metric_point_by_model on run_metric_point (model_id) where model_id <> '';

-- Datasets and logged models that a run read or made.
create table run_link (
    run_id text not null references run (run_id),
    -- dataset, model_input, model_output
    kind text not null,
    target text not null,
    -- of datasets; else empty
    name text not null,
    digest text not null,
    context text not null,
    -- of models that it made; else 0
    step bigint not null,
    -- what the client sent, JSON
    document text not null,
    primary key (run_id, kind, target)
);

create table logged_model (
    model_id text primary key,
    experiment_id text not null,
    name text not null,
    model_type text not null,
    -- PENDING, READY, UPLOAD_FAILED
    status text not null,
    source_run_id text,
    author text not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint
);
create index logged_model_by_experiment on logged_model (experiment_id, created_at);

create table logged_model_label (
    model_id text not null references logged_model (model_id),
    -- parameter, tag
    kind text not null,
    name text not null,
    value text not null,
    primary key (model_id, kind, name)
);

create table logged_model_artifact (
    model_id text not null references logged_model (model_id),
    name text not null,
    hash text not null,
    byte_count bigint not null,
    media_type text not null,
    primary key (model_id, name)
);

-- Models that clients registered. They are no versions of a use case, and nothing here can be deployed.
create table registered_model (
    name text primary key,
    description text not null,
    -- numbers are never given twice
    newest bigint not null,
    author text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create table registered_version (
    model text not null references registered_model (name) on update cascade,
    version bigint not null,
    source text not null,
    -- as the client gave them; empty: none
    run_id text not null,
    model_id text not null,
    run_link text not null,
    description text not null,
    -- None, Staging, Archived
    stage text not null check (stage in ('None', 'Staging', 'Archived')),
    author text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (model, version)
);

-- Tags of registered models (version 0) and of their versions.
create table registered_tag (
    model text not null references registered_model (name) on update cascade,
    version bigint not null,
    name text not null,
    value text not null,
    primary key (model, version, name)
);

create table registered_alias (
    model text not null references registered_model (name) on update cascade,
    alias text not null,
    version bigint not null,
    primary key (model, alias)
);

-- What was taken from another tracking server, so that it is taken once.
create table imported_item (
    source text not null,
    -- experiment, run, artifact, model, version
    kind text not null,
    item text not null,
    -- its id here
    taken_as text not null,
    taken_at bigint not null,
    primary key (source, kind, item)
);

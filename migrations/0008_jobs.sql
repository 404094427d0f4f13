-- Long work that somebody started: how far it is, what it said, how it ended.
create table job (
    job_id text primary key,
    use_case text not null,
    -- training, experiment, …
    kind text not null,
    title text not null,
    -- queued, running, finished, failed, canceled
    status text not null,
    stage text not null,
    -- steps done and planned of the stage; 0 planned: they are not counted
    done bigint not null,
    planned bigint not null,
    -- best figure so far
    best double precision,
    seconds_left double precision,
    -- why it failed or was stopped
    message text not null,
    -- address of what it made; empty until there is something
    result text not null,
    run_id text references run (run_id),
    cancel_requested bigint not null,
    started_by text not null,
    -- host, process id and a random id of the process that works on it
    worker text not null,
    -- a process that still works writes here every few seconds
    heartbeat_at bigint not null,
    started_at bigint not null,
    ended_at bigint
);
create index job_by_use_case on job (use_case, started_at);
create index job_by_status on job (status);
create index job_by_run on job (run_id);

create table job_line (
    job_id text not null references job (job_id),
    position bigint not null,
    at bigint not null,
    text text not null,
    primary key (job_id, position)
);

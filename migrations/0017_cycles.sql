-- A monthly cycle, or a part of one: from the snapshot to the request for review. One is open per use case.
create table cycle (
    cycle_id text primary key,
    use_case text not null,
    -- full, scores, retraining
    scope text not null,
    -- waiting, running, finished, failed, canceled
    state text not null,
    -- person, schedule, catch_up, promotion
    cause text not null,
    -- the day that was asked for; null: that of the snapshot
    wanted_day text,
    -- the day that it is about; null until the snapshot is there
    as_of text,
    -- name of the source that people are imported from; null: the newest imported ones are taken
    source text,
    -- the job that works on it, or did; null: nobody has yet
    job_id text references job (job_id),
    started_by text not null,
    created_at bigint not null,
    ended_at bigint
);
create unique index one_open_cycle on cycle (use_case) where state in ('waiting', 'running');
create index cycle_by_use_case on cycle (use_case, created_at);

-- Its stages, in their order. What is done or skipped stays so.
create table cycle_stage (
    cycle_id text not null references cycle (cycle_id),
    position bigint not null,
    stage text not null,
    -- waiting, running, done, skipped, failed
    state text not null,
    skipped_because text,
    -- what it made or found, by the stage: a dataset, batch, check, recommendation, version, request or the hash of a file
    result text,
    -- what came of it, or what the problem is
    note text not null,
    -- how often it was begun
    attempts bigint not null,
    started_at bigint,
    ended_at bigint,
    primary key (cycle_id, position)
);

-- When a cycle of a use case runs by itself.
create table schedule (
    use_case text primary key,
    -- minute, hour, day of the month, month, day of the week
    cron text not null,
    -- for example Europe/Berlin
    time_zone text not null,
    source text,
    -- at_once, next_cycle
    rescoring text not null,
    next_run bigint not null,
    -- cycles run on behalf of this account
    set_by text not null,
    set_at bigint not null
);

-- Scheduled runs that did not take place at their time.
create table missed_run (
    use_case text not null,
    due_at bigint not null,
    -- server_stopped, cycle_open, not_allowed
    because text not null,
    found_at bigint not null,
    primary key (use_case, due_at)
);

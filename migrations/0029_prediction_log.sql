-- The prediction log: each scoring by a program, and each person opened on the what-if page.

-- One entry. It was on disk before the request was answered; the columns beside `entry` are for finding it.
create table prediction (
    prediction_id text primary key,
    use_case text not null,
    at bigint not null,
    -- single, batch, what_if, scenario
    kind text not null,
    version bigint not null,
    -- a keyed hash of the person's id; null where none was given
    subject text,
    caller text not null,
    -- 30_days, 90_days, 1_year, 3_years, 6_years
    retention text not null,
    -- of a batch: hash of the file with its records, in the artifact store
    file text,
    -- JSON, the bytes that were put on disk
    entry text not null
);
create index prediction_by_time on prediction (use_case, at);
create index prediction_by_subject on prediction (use_case, subject, at);

-- What is kept: every version, the newest is in force. None: all values, refuse, one year.
create table prediction_policy (
    use_case text not null,
    version bigint not null,
    -- full, hashed, none
    input text not null,
    -- refuse, continue
    on_failure text not null,
    retention text not null,
    reason text not null,
    set_by text not null,
    set_at bigint not null,
    primary key (use_case, version)
);

-- Entries that are kept beyond their time.
create table prediction_hold (
    hold_id text primary key,
    use_case text not null,
    -- null: all entries of the use case
    subject text,
    reason text not null,
    set_by text not null,
    set_at bigint not null,
    released_by text,
    released_at bigint
);

-- Requests of a day by route: counts, and how many took at most so long. Added up by every process.
create table operations_day (
    day text not null,
    route text not null,
    requests bigint not null,
    -- answers of 4xx
    refused bigint not null,
    -- answers of 5xx
    failed bigint not null,
    -- JSON: requests by bin of latency
    bins text not null,
    primary key (day, route)
);

-- Counted up by PostgreSQL with each change of what decides who may do what (`rules/postgres.sql`). SQLite tells by itself when something was committed.
create table generation (
    only_row bigint primary key check (only_row = 1),
    number bigint not null
);
insert into generation (only_row, number) values (1, 1);

-- One text for SQLite and PostgreSQL: text ids (UUIDv7), bigint unix microseconds, double precision, flags as bigint 0 and 1, JSON as text.
-- A column `…_key` holds the key of the account name beside it, by which two names are the same: each database lowers letters otherwise.

-- The definitions of a use case that data was read with or models were trained under, numbered from 1. Append-only.
create table use_case_version (
    use_case text not null,
    version bigint not null,
    -- built in, file, store
    origin text not null,
    -- SHA-256 of what the definition says, whatever its layout and comments
    content_hash text not null,
    -- TOML, as it was written
    text text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (use_case, version)
);

-- Imported files, checked. A dataset is the bytes of its files, the definition that they were read with, and the day.
create table dataset (
    dataset_id text primary key,
    use_case text not null,
    -- SHA-256 of the file's bytes; of several files, or with settings for their reading, of the list of both
    hash text not null,
    -- version of the use case that the files were read with
    definition bigint not null,
    -- training, scoring, both
    purpose text not null,
    -- the checked columns, in the artifact store
    content_hash text not null,
    name text not null,
    row_count bigint not null,
    column_count bigint not null,
    -- rows to which it is known to have happened; null: it is known of none whether it happened
    positives bigint,
    -- rows of which it is known whether it happened; null where `positives` is
    known_outcomes bigint,
    -- the day that the rows describe, YYYY-MM-DD
    as_of text not null,
    simulated bigint not null,
    created_by text not null,
    created_at bigint not null,
    -- null: it is in use
    withdrawn_at bigint,
    withdrawn_by text,
    withdrawn_because text,
    foreign key (use_case, definition) references use_case_version (use_case, version)
);
create unique index one_dataset on dataset (use_case, hash, definition, as_of, purpose) where withdrawn_at is null;

-- The files of a dataset as they were sent, in their order; the bytes lie in the artifact store.
create table dataset_file (
    dataset_id text not null references dataset (dataset_id),
    position bigint not null,
    name text not null,
    -- SHA-256 of the bytes
    hash text not null,
    byte_count bigint not null,
    -- how the file was to be read, JSON
    options text not null,
    primary key (dataset_id, position)
);

-- The profile of a dataset version: computed once, kept in the artifact store.
create table dataset_profile (
    dataset_id text primary key references dataset (dataset_id),
    -- JSON, in the artifact store
    profile_hash text not null,
    created_at bigint not null
);

-- One text for SQLite and PostgreSQL: text ids (UUIDv7), bigint unix microseconds, double precision, flags as bigint 0 and 1, JSON as text.
-- A column `…_key` holds the key of the account name beside it, by which two names are the same: each database lowers letters otherwise.

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

-- The profile of a dataset version: computed once, kept in the artifact store.
create table dataset_profile (
    dataset_id text primary key references dataset (dataset_id),
    -- JSON, in the artifact store
    profile_hash text not null,
    created_at bigint not null
);

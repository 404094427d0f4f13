-- A query against a database of somebody else, from which data is imported. No password is kept, only where to find one.
create table source (
    source_id text primary key,
    use_case text not null,
    name text not null,
    address text not null,
    query text not null,
    -- env:NAME, file:PATH, or empty where no password is needed
    secret text not null,
    row_limit bigint not null,
    seconds bigint not null,
    created_by text not null,
    created_at bigint not null,
    unique (use_case, name)
);

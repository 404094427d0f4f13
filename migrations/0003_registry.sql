-- Versions, and what is live. What the database itself enforces about these tables (append-only history, four eyes, nothing unapproved live)
-- stands in `crates/store/src/rules/`, since triggers differ.

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
    author_key text not null,
    note text not null,
    created_at bigint not null,
    -- what people say about it
    description text not null,
    primary key (use_case, version)
);
create index model_version_by_run on model_version (run_id);
create unique index one_production_version on model_version (use_case) where stage = 'Production';

-- The one pointer for what is live: a row per use case, and its history.
create table live_model (
    use_case text primary key,
    -- null: nothing is live
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
    changed_by_key text not null,
    reason text not null,
    changed_at bigint not null,
    -- promotion, rollback, undeployment
    kind text not null,
    primary key (use_case, sequence)
);

create table model_tag (
    use_case text not null,
    version bigint not null,
    name text not null,
    value text not null,
    primary key (use_case, version, name),
    foreign key (use_case, version) references model_version (use_case, version)
);

-- A name that follows a version, for example "champion-2026". It never serves: the pointer does.
create table model_alias (
    use_case text not null,
    alias text not null,
    version bigint not null,
    primary key (use_case, alias),
    foreign key (use_case, version) references model_version (use_case, version)
);

-- The profile of a dataset version: computed once, kept in the artifact store.
create table dataset_profile (
    dataset_id text primary key references dataset (dataset_id),
    -- JSON, in the artifact store
    profile_hash text not null,
    created_at bigint not null
);

-- Known limitations of a version, as people write them on its model card: append-only, the newest is shown.
create table card_revision (
    use_case text not null,
    version bigint not null,
    revision bigint not null,
    text text not null,
    written_by text not null,
    written_at bigint not null,
    primary key (use_case, version, revision),
    foreign key (use_case, version) references model_version (use_case, version)
);

-- A comparison run that was made from a version: what was changed, and the paired effect.
create table experiment (
    run_id text primary key references run (run_id),
    use_case text not null,
    version bigint not null,
    title text not null,
    -- JSON, in the artifact store
    effect_hash text not null,
    created_by text not null,
    created_at bigint not null,
    foreign key (use_case, version) references model_version (use_case, version)
);
create index experiment_by_version on experiment (use_case, version, created_at);

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

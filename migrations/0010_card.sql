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

-- The monitoring policy of a use case: every version that was ever set. Without one, the preset that its definition names holds.
create table monitoring_policy (
    use_case text not null,
    version bigint not null,
    -- limits and the preset they began as, as JSON
    policy text not null,
    reason text not null,
    set_by text not null,
    set_at bigint not null,
    primary key (use_case, version)
);

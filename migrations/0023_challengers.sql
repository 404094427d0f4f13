-- Champion and challenger: a version in Staging scores beside the live one, and nobody is shown its scores. Re-certification of versions.

-- Which version scores in shadow: the newest row of a use case holds.
create table shadow_switch (
    use_case text not null,
    sequence bigint not null,
    -- null: none
    version bigint,
    changed_by text not null,
    changed_at bigint not null,
    primary key (use_case, sequence),
    foreign key (use_case, version) references model_version (use_case, version)
);

-- The people of a batch, scored once more by the version in shadow.
create table shadow_batch (
    batch_id text not null references score_batch (batch_id),
    version bigint not null,
    -- scored; 0 with a problem
    people bigint not null,
    -- why nobody could be scored
    problem text,
    -- how the two versions disagree, JSON
    report text,
    created_by text not null,
    created_at bigint not null,
    primary key (batch_id, version)
);

-- By row of the dataset: nobody is named.
create table shadow_score (
    batch_id text not null,
    version bigint not null,
    position bigint not null,
    probability double precision not null,
    basis text not null,
    primary key (batch_id, version, position),
    foreign key (batch_id, version) references shadow_batch (batch_id, version)
);

-- The records that programs had scored, counted: no record is kept.
create table shadow_tally (
    use_case text not null,
    live_version bigint not null,
    version bigint not null,
    -- JSON
    tally text not null,
    since bigint not null,
    updated_at bigint not null,
    primary key (use_case, live_version, version),
    foreign key (use_case, version) references model_version (use_case, version)
);

-- An approved version was looked at again: it may serve until the next review date.
create table recertification (
    use_case text not null,
    version bigint not null,
    sequence bigint not null,
    next_review text not null,
    reason text not null,
    certified_by text not null,
    certified_by_key text not null,
    certified_at bigint not null,
    primary key (use_case, version, sequence),
    foreign key (use_case, version) references model_version (use_case, version)
);

-- People scored together by one version.
create table score_batch (
    batch_id text primary key,
    use_case text not null,
    version bigint not null,
    dataset_id text not null references dataset (dataset_id),
    -- the day that the people's data describes
    as_of text not null,
    people bigint not null,
    -- sum of calibrated probabilities, to show the change between cycles without reading every score
    expected_events double precision not null,
    created_by text not null,
    created_at bigint not null,
    foreign key (use_case, version) references model_version (use_case, version)
);
create index score_batch_by_age on score_batch (use_case, as_of, created_at);

create table score (
    batch_id text not null references score_batch (batch_id),
    -- row of the dataset, from 0
    position bigint not null,
    person_id text not null,
    probability double precision not null,
    interval_low double precision,
    interval_high double precision,
    -- the strongest reasons, JSON
    reasons text not null,
    primary key (batch_id, position)
);
create index score_by_person on score (person_id, batch_id);

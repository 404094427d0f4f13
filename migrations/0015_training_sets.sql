-- What a training set was built from: snapshots of people and imports of outcomes, in their order. A dataset of files has none.
create table dataset_parent (
    dataset_id text not null references dataset (dataset_id),
    position bigint not null,
    -- snapshot, outcomes
    kind text not null,
    -- the dataset or the import of outcomes
    parent_id text not null,
    -- rows taken from it, the next ones of the training set; outcomes: 0
    row_count bigint not null,
    primary key (dataset_id, position)
);
create index parent_of_dataset on dataset_parent (parent_id);

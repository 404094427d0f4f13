-- What a training in the background was asked for: when its process ends before it, another one starts it again.
create table training_request (
    job_id text primary key references job (job_id),
    dataset_id text not null,
    -- JSON
    settings text not null,
    -- how often it was begun
    attempts bigint not null
);

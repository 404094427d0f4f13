-- A candidate of another run that is to become a version: a training in the background without a search.
alter table training_request add column from_run text references run (run_id);
alter table training_request add column candidate text;

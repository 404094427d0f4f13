-- Whether a person was scored by a model that had not learned from that person: out_of_fold, final, unknown. Scores of before this was
-- recorded do not tell.
alter table score add column basis text not null default 'unknown';

-- Rows of which it is known whether it happened. Null: those of all rows where `positives` is not null, else of none.
alter table dataset add column known_outcomes bigint;

-- A file of outcomes can be taken out of use. The word of every file about a person on a day is kept, so that those of a withdrawn one give way
-- to what other files say; before, a later file replaced the word of an earlier one.

create table outcome_file (
    import_id text primary key,
    use_case text not null,
    -- SHA-256 of the file's bytes and its settings
    hash text not null,
    name text not null,
    row_count bigint not null,
    event_count bigint not null,
    first_day text not null,
    last_day text not null,
    -- every event up to this day is in the files: of whom nothing is said, it did not happen to. null: only what is said is known
    complete_until text,
    -- the time that a score is about
    horizon_days bigint not null,
    simulated bigint not null,
    created_by text not null,
    created_at bigint not null,
    -- null: it is in use
    withdrawn_at bigint,
    withdrawn_by text,
    withdrawn_because text
);
insert into outcome_file select import_id, use_case, hash, name, row_count, event_count, first_day, last_day, complete_until, horizon_days, simulated,
    created_by, created_at, null, null, null from outcome_import;

-- What a file says about a person on a day.
create table outcome_word (
    import_id text not null references outcome_file (import_id),
    person_id text not null,
    day text not null,
    -- 1: it happened on that day; 0: until that day it had not
    happened bigint not null,
    reason text,
    primary key (import_id, person_id, day)
);
insert into outcome_word select import_id, person_id, day, happened, reason from outcome;

create table outcome_matching (
    import_id text primary key references outcome_file (import_id),
    -- how the people of the file were matched, JSON
    report text not null
);
insert into outcome_matching select import_id, report from outcome_report;

drop table outcome;
drop table outcome_report;
drop table outcome_import;
alter table outcome_file rename to outcome_import;
alter table outcome_matching rename to outcome_report;
create unique index one_outcome_import on outcome_import (use_case, hash) where withdrawn_at is null;
create index outcome_import_of_use_case on outcome_import (use_case, created_at);

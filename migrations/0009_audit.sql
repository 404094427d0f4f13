-- What was done, by whom: append-only (triggers), each row carries the hash of the one before it.
create table audit (
    sequence bigint primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    -- what it was done to, for example "model attrition/3"
    subject text not null,
    -- canonical JSON
    detail text not null,
    previous_hash text not null,
    hash text not null
);
-- The log grows without end: its page reads the entries that it shows, and a person's page those about the person.
create index audit_by_subject on audit (subject, sequence);
create index audit_by_action on audit (action, sequence);
create index audit_by_actor on audit (actor, sequence);

-- Who a pseudonym in the log is. Removing a row erases the person; the chain, which knows only the pseudonym, stays whole.
create table audit_person (
    pseudonym text primary key,
    -- account, person
    kind text not null,
    name text not null,
    -- of an account its key, of a person the name as it is
    name_key text not null,
    salt text not null,
    unique (kind, name_key)
);

-- The newest entry of the log, so that a log cut short at its end is noticed.
create table audit_head (
    only_row bigint primary key,
    sequence bigint not null,
    hash text not null
);
insert into audit_head (only_row, sequence, hash) values (1, 0, '');

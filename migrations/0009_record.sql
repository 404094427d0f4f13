-- The record grows without end: its page reads the entries that it shows, and a person's page those about the person.
create index audit_by_subject on audit (subject, sequence);
create index audit_by_action on audit (action, sequence);
create index audit_by_actor on audit (actor, sequence);

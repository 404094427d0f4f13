-- Where messages about alerts go. No secret is kept, only where to find one.
create table alert_channel (
    channel_id text primary key,
    name text not null unique,
    -- null: all of them
    use_case text,
    -- email, slack, webhook, pagerduty, github
    kind text not null,
    -- addresses of e-mail, one a line; the URL of a webhook; owner/repository; empty where the usual one is meant or the secret is the URL
    target text not null,
    -- env:NAME, file:PATH, or empty where none is needed
    secret text not null,
    -- kinds of alerts that it takes; empty: all
    kinds text not null,
    -- the role that it is for; null: everybody
    role text,
    -- whether it gets the monthly digest
    digest bigint not null,
    enabled bigint not null,
    created_by text not null,
    created_at bigint not null
);

-- A finding that somebody should know of. One is open for a use case, kind and subject: what is found again renews it.
create table alert (
    alert_id text primary key,
    use_case text not null,
    kind text not null,
    -- what it is about within the kind: a version, a job kind, a schedule
    subject text not null,
    -- warning, critical
    severity text not null,
    -- open, acknowledged, snoozed, resolved
    state text not null,
    summary text not null,
    -- aggregates only: sections and facts, JSON
    details text not null,
    -- page of what was found
    page text not null,
    -- how often it was found
    times bigint not null,
    owner text,
    -- who acknowledged or snoozed it, and why
    handled_by text,
    handled_at bigint,
    note text not null,
    snoozed_until bigint,
    opened_at bigint not null,
    seen_at bigint not null,
    resolved_at bigint
);
create unique index one_open_alert on alert (use_case, kind, subject) where state <> 'resolved';
create index alert_by_use_case on alert (use_case, opened_at);

-- Messages to be sent, written with their cause. Who sends one moves its next attempt first, so that no other process does.
create table alert_delivery (
    delivery_id text primary key,
    -- what is told to whom: the same is told once
    delivery_key text not null unique,
    -- null: a digest or a test
    alert_id text,
    channel_id text not null,
    -- one address of e-mail; empty elsewhere
    recipient text not null,
    event text not null,
    -- JSON
    message text not null,
    -- waiting, sent, failed, dropped
    state text not null,
    attempts bigint not null,
    next_attempt bigint not null,
    last_error text not null,
    -- what the receiver calls it: the number of an issue
    reference text,
    created_at bigint not null,
    ended_at bigint
);
create index alert_delivery_waiting on alert_delivery (next_attempt) where state = 'waiting';
create index alert_delivery_of_alert on alert_delivery (alert_id, created_at);
create index alert_delivery_of_channel on alert_delivery (channel_id, created_at);

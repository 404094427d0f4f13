-- Who may sign in. An account is never removed: the audit log names it.
create table account (
    account_id text primary key,
    -- as it was entered; and its key, so that no two accounts look alike
    name text not null,
    name_key text not null unique,
    -- argon2id in PHC form; null until the set-up link was used
    password_hash text,
    -- analyst, reviewer, admin, separated by spaces
    roles text not null,
    disabled_at bigint,
    created_by text not null,
    created_at bigint not null,
    signed_in_at bigint
);

-- A link with which a password is set, once. Without an account: it makes the first administrator.
create table set_up_link (
    -- SHA-256 of what the link carries
    link_hash text primary key,
    account_id text references account (account_id),
    expires_at bigint not null,
    created_by text not null,
    created_at bigint not null
);

create table api_token (
    token_id text primary key,
    -- SHA-256 of what the program sends
    token_hash text not null unique,
    account_id text not null references account (account_id),
    label text not null,
    -- read, predict, review, manage, separated by spaces
    scopes text not null,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint,
    created_by text not null,
    created_at bigint not null
);
create index api_token_by_account on api_token (account_id);

-- Wrong passwords, by name and by address, both as SHA-256; a right one clears the name.
create table sign_in_failure (
    key_hash text primary key,
    failures bigint not null,
    last_at bigint not null
);

-- Addresses from which a name has signed in, as SHA-256 of both: wrong passwords from there are counted apart from everybody else's.
create table sign_in_place (
    place_hash text primary key,
    last_at bigint not null
);

create table session (
    -- SHA-256 of the id that the browser holds
    session_id text primary key,
    -- JSON
    data text not null,
    expires_at bigint not null,
    account_id text
);
create index session_by_account on session (account_id);

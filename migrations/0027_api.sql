-- Finer scopes. A token keeps what it could do, but decides no more.
update api_token set scopes = replace(scopes, 'review', 'request_review');
update api_token set scopes = replace(scopes, 'predict', 'predict people');
update api_token set scopes = replace(scopes, 'manage', 'data train monitor admin');

-- Answers to requests with an idempotency key, for a day.
create table idempotency_key (
    -- SHA-256 of caller and key
    key_hash text primary key,
    -- SHA-256 of method, path and body
    request_hash text not null,
    -- null while the first request is being answered
    status bigint,
    media_type text not null,
    -- headers that belong to the answer: Location, ETag; JSON
    headers text not null,
    body text not null,
    created_at bigint not null
);
create index idempotency_key_by_age on idempotency_key (created_at);

-- Who asked, who decided on which evidence, and what was said. Here too the rules stand in `crates/store/src/rules/`.

-- Somebody asks for a version to go live, on the evidence with this hash.
create table review_request (
    request_id text primary key,
    use_case text not null,
    version bigint not null,
    -- SHA-256 of the evidence package in the artifact store
    evidence_hash text not null,
    approvals_needed bigint not null,
    note text not null,
    requested_by text not null,
    requested_by_key text not null,
    requested_at bigint not null,
    -- pending, approved, rejected, changes_requested, void
    state text not null,
    -- null: still pending
    closed_at bigint,
    -- why it is void; empty otherwise
    closed_because text not null,
    foreign key (use_case, version) references model_version (use_case, version)
);
create unique index one_pending_request on review_request (use_case, version) where state = 'pending';
create index review_request_by_age on review_request (use_case, requested_at);

-- What a reviewer decided. Append-only; one per reviewer and request.
create table review_decision (
    decision_id text primary key,
    request_id text not null references review_request (request_id),
    reviewer text not null,
    reviewer_key text not null,
    -- approve, reject, request_changes
    decision text not null,
    reason text not null,
    -- the checklist as it was filled in, JSON
    checklist text not null,
    -- the waivers that stood at that moment, JSON
    waivers text not null,
    evidence_hash text not null,
    decided_at bigint not null,
    unique (request_id, reviewer_key)
);

-- The checklist while a reviewer is at it.
create table review_checklist (
    request_id text not null references review_request (request_id),
    reviewer_key text not null,
    items text not null,
    updated_at bigint not null,
    primary key (request_id, reviewer_key)
);

create table review_waiver (
    waiver_id text primary key,
    use_case text not null,
    version bigint not null,
    -- the gate's title, for example "ROC AUC at least 0.85"
    gate text not null,
    -- who answers for it
    owner text not null,
    reason text not null,
    granted_by text not null,
    granted_by_key text not null,
    granted_at bigint not null,
    -- last day on which it holds, YYYY-MM-DD
    expires_on text not null,
    foreign key (use_case, version) references model_version (use_case, version)
);

create table review_comment (
    comment_id text primary key,
    use_case text not null,
    version bigint not null,
    author text not null,
    body text not null,
    written_at bigint not null,
    foreign key (use_case, version) references model_version (use_case, version)
);

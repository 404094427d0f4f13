-- What the database enforces by itself, for PostgreSQL. `sqlite.sql` says the same.
-- Two names are the same by their keys, which the program writes beside them. Who writes past the program gains nothing by another key:
-- names that differ only in the case of ASCII letters are the same too.

create or replace function refuse_rewriting() returns trigger language plpgsql as
$$ begin raise exception 'the history cannot be rewritten'; end $$;

create or replace function audit_only_append() returns trigger language plpgsql as
$$ begin
    if new.sequence <> coalesce((select max(sequence) from audit), 0) + 1
        or new.previous_hash <> coalesce((select hash from audit order by sequence desc limit 1), '') then
        raise exception 'audit entries can only be appended';
    end if;
    return new;
end $$;

create or replace function live_history_rules() returns trigger language plpgsql as
$$ begin
    if new.sequence <> coalesce((select max(sequence) from live_history where use_case = new.use_case), 0) + 1 then
        raise exception 'the deployment history can only be appended to';
    end if;
    if new.version is not null and not exists (
        select 1 from review_request r
        where r.use_case = new.use_case and r.version = new.version and r.state = 'approved'
            and r.approvals_needed <= (
                select count(*) from review_decision d
                where d.request_id = r.request_id and d.decision = 'approve' and d.evidence_hash = r.evidence_hash
            )
    ) then
        raise exception 'a version must be approved before it is promoted';
    end if;
    if new.kind = 'rollback' and exists (
        select 1 from model_version v
        where v.use_case = new.use_case and v.version = new.version and (v.author_key = new.changed_by_key or lower(v.author) = lower(new.changed_by))
    ) then
        raise exception 'the author of a version cannot roll back to it';
    end if;
    return new;
end $$;

create or replace function score_batch_rules() returns trigger language plpgsql as
$$ begin
    if not exists (select 1 from live_model l where l.use_case = new.use_case and l.version = new.version) then
        raise exception 'only the live version can create scores';
    end if;
    return new;
end $$;

create or replace function live_model_rules() returns trigger language plpgsql as
$$ begin
    if (tg_op = 'UPDATE' and new.use_case <> old.use_case) or not exists (
        select 1 from live_history h
        where h.use_case = new.use_case and h.sequence = new.sequence and h.version is not distinct from new.version
            and h.sequence = (select max(sequence) from live_history where use_case = new.use_case)
    ) then
        raise exception 'the live version must match the latest row of the deployment history';
    end if;
    return new;
end $$;

create or replace function model_version_begins() returns trigger language plpgsql as
$$ begin
    if new.stage not in ('None', 'Staging') then
        raise exception 'a new version must be in None or Staging';
    end if;
    return new;
end $$;

create or replace function model_version_rules() returns trigger language plpgsql as
$$ begin
    if (new.use_case, new.version, new.run_id, new.dataset_id, new.model_hash, new.candidate, new.author, new.author_key, new.created_at)
        is distinct from
        (old.use_case, old.version, old.run_id, old.dataset_id, old.model_hash, old.candidate, old.author, old.author_key, old.created_at)
    then
        raise exception 'a version cannot be changed';
    end if;
    if new.stage <> old.stage and (
        new.stage not in ('None', 'Staging', 'Production', 'Archived')
        or (new.stage = 'Production') <> exists (
            select 1 from live_model l where l.use_case = new.use_case and l.version = new.version
        )
    ) then
        raise exception 'the live version, and no other, must be in Production';
    end if;
    return new;
end $$;

create or replace function review_request_begins() returns trigger language plpgsql as
$$ begin
    if new.state <> 'pending' or new.approvals_needed < 1 or not exists (
        select 1 from model_version v where v.use_case = new.use_case and v.version = new.version and v.stage = 'Staging'
    ) then
        raise exception 'a new request must be pending, for a version in Staging';
    end if;
    return new;
end $$;

create or replace function review_request_rules() returns trigger language plpgsql as
$$ begin
    if (new.request_id, new.use_case, new.version, new.evidence_hash, new.approvals_needed, new.note, new.requested_by,
            new.requested_by_key, new.requested_at)
        is distinct from
        (old.request_id, old.use_case, old.version, old.evidence_hash, old.approvals_needed, old.note, old.requested_by,
            old.requested_by_key, old.requested_at)
    then
        raise exception 'a request cannot be changed';
    end if;
    if old.state <> 'pending'
        or new.state not in ('approved', 'rejected', 'changes_requested', 'void')
        or (new.state = 'approved' and old.approvals_needed > (
            select count(*) from review_decision d
            where d.request_id = old.request_id and d.decision = 'approve' and d.evidence_hash = old.evidence_hash
        ))
        or (new.state = 'rejected'
            and not exists (select 1 from review_decision d where d.request_id = old.request_id and d.decision = 'reject'))
        or (new.state = 'changes_requested'
            and not exists (select 1 from review_decision d where d.request_id = old.request_id and d.decision = 'request_changes'))
    then
        raise exception 'a request can be closed only once, with the required decisions';
    end if;
    return new;
end $$;

create or replace function review_decision_rules() returns trigger language plpgsql as
$$ begin
    if not exists (
        select 1 from review_request r
        join model_version v on v.use_case = r.use_case and v.version = r.version
        where r.request_id = new.request_id and new.reviewer_key not in (r.requested_by_key, v.author_key)
            and lower(new.reviewer) not in (lower(r.requested_by), lower(v.author))
    ) then
        raise exception 'the author and the requester cannot decide on a version';
    end if;
    if trim(new.reason) = '' or new.decision not in ('approve', 'reject', 'request_changes') or not exists (
        select 1 from review_request r
        where r.request_id = new.request_id and r.state = 'pending' and r.evidence_hash = new.evidence_hash
    ) then
        raise exception 'a decision needs a reason, a pending request and the evidence of that request';
    end if;
    return new;
end $$;

create or replace function review_waiver_rules() returns trigger language plpgsql as
$$ begin
    if trim(new.reason) = '' or trim(new.owner) = '' or exists (
        select 1 from model_version v
        where v.use_case = new.use_case and v.version = new.version and (v.author_key = new.granted_by_key or lower(v.author) = lower(new.granted_by))
    ) then
        raise exception 'a waiver needs a reason and an owner, and cannot be granted by the author of the version';
    end if;
    return new;
end $$;

create or replace trigger audit_no_change before update or delete or truncate on audit
    for each statement execute function refuse_rewriting();
create or replace trigger audit_only_append before insert on audit for each row execute function audit_only_append();

create or replace trigger live_history_no_change before update or delete or truncate on live_history
    for each statement execute function refuse_rewriting();
create or replace trigger live_history_rules before insert on live_history for each row execute function live_history_rules();

create or replace trigger score_batch_rules before insert on score_batch for each row execute function score_batch_rules();

create or replace trigger live_model_rules before insert or update on live_model for each row execute function live_model_rules();
create or replace trigger live_model_no_delete before delete or truncate on live_model
    for each statement execute function refuse_rewriting();

create or replace trigger model_version_begins before insert on model_version for each row execute function model_version_begins();
create or replace trigger model_version_rules before update on model_version for each row execute function model_version_rules();
create or replace trigger model_version_no_delete before delete or truncate on model_version
    for each statement execute function refuse_rewriting();

create or replace trigger review_request_begins before insert on review_request for each row execute function review_request_begins();
create or replace trigger review_request_rules before update on review_request for each row execute function review_request_rules();
create or replace trigger review_request_no_delete before delete or truncate on review_request
    for each statement execute function refuse_rewriting();

create or replace trigger review_decision_rules before insert on review_decision for each row execute function review_decision_rules();
create or replace trigger review_decision_no_change before update or delete or truncate on review_decision
    for each statement execute function refuse_rewriting();

create or replace trigger review_waiver_rules before insert on review_waiver for each row execute function review_waiver_rules();
create or replace trigger review_waiver_no_change before update or delete or truncate on review_waiver
    for each statement execute function refuse_rewriting();

create or replace trigger review_comment_no_change before update or delete or truncate on review_comment
    for each statement execute function refuse_rewriting();
create or replace trigger drift_note_no_change before update or delete or truncate on drift_note
for each statement execute function refuse_rewriting();

create or replace function card_revision_only_append() returns trigger language plpgsql as
$$ begin
    if new.revision <> coalesce((select max(revision) from card_revision where use_case = new.use_case and version = new.version), 0) + 1 then
        raise exception 'revisions can only be appended';
    end if;
    return new;
end $$;
create or replace trigger card_revision_no_change before update or delete or truncate on card_revision
    for each statement execute function refuse_rewriting();
create or replace trigger card_revision_only_append before insert on card_revision
    for each row execute function card_revision_only_append();
create or replace trigger use_case_version_no_change before update or delete or truncate on use_case_version
    for each statement execute function refuse_rewriting();
create or replace trigger dataset_parent_no_change before update or delete or truncate on dataset_parent
    for each statement execute function refuse_rewriting();
create or replace trigger dataset_file_no_change before update or delete or truncate on dataset_file
    for each statement execute function refuse_rewriting();

create or replace function cycle_finished_stays() returns trigger language plpgsql as
$$ begin
    if old.state = 'finished' then
        raise exception 'a finished cycle cannot be changed';
    end if;
    return new;
end $$;
create or replace function cycle_stage_settled_stays() returns trigger language plpgsql as
$$ begin
    if old.state in ('done', 'skipped') then
        raise exception 'a stage that is done or skipped cannot be changed';
    end if;
    return new;
end $$;
create or replace trigger cycle_no_delete before delete or truncate on cycle
    for each statement execute function refuse_rewriting();
create or replace trigger cycle_finished_stays before update on cycle for each row execute function cycle_finished_stays();
create or replace trigger cycle_stage_no_delete before delete or truncate on cycle_stage
    for each statement execute function refuse_rewriting();
create or replace trigger cycle_stage_settled_stays before update on cycle_stage
    for each row execute function cycle_stage_settled_stays();
create or replace trigger missed_run_no_change before update or delete or truncate on missed_run
    for each statement execute function refuse_rewriting();
create or replace trigger monitoring_policy_no_change before update or delete or truncate on monitoring_policy
    for each statement execute function refuse_rewriting();
create or replace function monitoring_policy_only_append() returns trigger language plpgsql as
$$ begin
    if new.version <> coalesce((select max(version) from monitoring_policy where use_case = new.use_case), 0) + 1 then
        raise exception 'the monitoring policy can only get a next version';
    end if;
    return new;
end $$;
create or replace trigger monitoring_policy_only_append before insert on monitoring_policy
    for each row execute function monitoring_policy_only_append();

create or replace function alert_resolved_stays() returns trigger language plpgsql as
$$ begin
    if old.state = 'resolved' then
        raise exception 'a resolved alert cannot be changed';
    end if;
    return new;
end $$;
create or replace function alert_delivery_ended_stays() returns trigger language plpgsql as
$$ begin
    if old.state <> 'waiting' then
        raise exception 'a message that was sent or given up cannot be changed';
    end if;
    return new;
end $$;
create or replace trigger alert_no_delete before delete or truncate on alert
    for each statement execute function refuse_rewriting();
create or replace trigger alert_resolved_stays before update on alert for each row execute function alert_resolved_stays();
create or replace trigger alert_delivery_no_delete before delete or truncate on alert_delivery
    for each statement execute function refuse_rewriting();
create or replace trigger alert_delivery_ended_stays before update on alert_delivery
    for each row execute function alert_delivery_ended_stays();

create or replace function shadow_switch_rules() returns trigger language plpgsql as
$$ begin
    if new.sequence <> coalesce((select max(sequence) from shadow_switch where use_case = new.use_case), 0) + 1
        or (new.version is not null and not exists (
            select 1 from model_version v where v.use_case = new.use_case and v.version = new.version and v.stage = 'Staging'
        ))
    then
        raise exception 'only a version in Staging can score in shadow, and changes can only be appended';
    end if;
    return new;
end $$;
create or replace function shadow_batch_rules() returns trigger language plpgsql as
$$ begin
    if not exists (
        select 1 from score_batch b join model_version v on v.use_case = b.use_case
        where b.batch_id = new.batch_id and v.version = new.version and v.stage = 'Staging'
    ) then
        raise exception 'only a version in Staging can score in shadow';
    end if;
    return new;
end $$;
create or replace function recertification_rules() returns trigger language plpgsql as
$$ begin
    if trim(new.reason) = ''
        or new.sequence <> coalesce((select max(sequence) from recertification where use_case = new.use_case and version = new.version), 0) + 1
        or not exists (select 1 from live_history h where h.use_case = new.use_case and h.version = new.version)
        or exists (
            select 1 from model_version v
            where v.use_case = new.use_case and v.version = new.version
                and (v.author_key = new.certified_by_key or lower(v.author) = lower(new.certified_by))
        )
    then
        raise exception 'a re-certification needs a reason, an approved version and somebody other than its author';
    end if;
    return new;
end $$;
create or replace trigger shadow_switch_no_change before update or delete or truncate on shadow_switch
    for each statement execute function refuse_rewriting();
create or replace trigger shadow_switch_rules before insert on shadow_switch for each row execute function shadow_switch_rules();
create or replace trigger shadow_batch_no_change before update or delete or truncate on shadow_batch
    for each statement execute function refuse_rewriting();
create or replace trigger shadow_batch_rules before insert on shadow_batch for each row execute function shadow_batch_rules();
create or replace trigger shadow_score_no_change before update or delete or truncate on shadow_score
    for each statement execute function refuse_rewriting();
create or replace trigger recertification_no_change before update or delete or truncate on recertification
    for each statement execute function refuse_rewriting();
create or replace trigger recertification_rules before insert on recertification for each row execute function recertification_rules();

create or replace trigger prediction_no_update before update or truncate on prediction
    for each statement execute function refuse_rewriting();
create or replace trigger prediction_policy_no_change before update or delete or truncate on prediction_policy
    for each statement execute function refuse_rewriting();

-- What processes hold in memory of these tables is good for one generation.
create or replace function next_generation() returns trigger language plpgsql as
$$ begin
    update generation set number = number + 1 where only_row = 1;
    return null;
end $$;
create or replace trigger account_generation after insert or update or delete on account
    for each statement execute function next_generation();
create or replace trigger api_token_generation after insert or update or delete on api_token
    for each statement execute function next_generation();
create or replace trigger live_model_generation after insert or update or delete on live_model
    for each statement execute function next_generation();
create or replace trigger live_history_generation after insert on live_history
    for each statement execute function next_generation();
create or replace trigger model_version_generation after insert or update on model_version
    for each statement execute function next_generation();
create or replace trigger shadow_switch_generation after insert on shadow_switch
    for each statement execute function next_generation();
create or replace trigger use_case_version_generation after insert on use_case_version
    for each statement execute function next_generation();
create or replace trigger prediction_policy_generation after insert on prediction_policy
    for each statement execute function next_generation();

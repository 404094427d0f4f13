-- What the database enforces by itself, for SQLite. `postgres.sql` says the same.
-- Two names are the same by their keys, which the program writes beside them. Who writes past the program gains nothing by another key:
-- names that differ only in the case of ASCII letters are the same too.

create trigger audit_no_update before update on audit
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger audit_no_delete before delete on audit
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger audit_only_append before insert on audit
when new.sequence <> coalesce((select max(sequence) from audit), 0) + 1
    or new.previous_hash <> coalesce((select hash from audit order by sequence desc limit 1), '')
begin select raise(abort, 'audit entries can only be appended'); end;

create trigger live_history_no_update before update on live_history
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger live_history_no_delete before delete on live_history
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger live_history_only_append before insert on live_history
when new.sequence <> coalesce((select max(sequence) from live_history where use_case = new.use_case), 0) + 1
begin select raise(abort, 'the deployment history can only be appended to'); end;
create trigger live_history_needs_approval before insert on live_history
when new.version is not null and not exists (
    select 1 from review_request r
    where r.use_case = new.use_case and r.version = new.version and r.state = 'approved'
        and r.approvals_needed <= (
            select count(*) from review_decision d
            where d.request_id = r.request_id and d.decision = 'approve' and d.evidence_hash = r.evidence_hash
        )
)
begin select raise(abort, 'a version must be approved before it is promoted'); end;
create trigger live_history_four_eyes before insert on live_history
when new.kind = 'rollback' and exists (
    select 1 from model_version v
    where v.use_case = new.use_case and v.version = new.version and (v.author_key = new.changed_by_key or lower(v.author) = lower(new.changed_by))
)
begin select raise(abort, 'the author of a version cannot roll back to it'); end;

create trigger score_batch_is_of_the_live_version before insert on score_batch
when not exists (select 1 from live_model l where l.use_case = new.use_case and l.version = new.version)
begin select raise(abort, 'only the live version can create scores'); end;

create trigger live_model_follows_history_on_insert before insert on live_model
when not exists (
    select 1 from live_history h
    where h.use_case = new.use_case and h.sequence = new.sequence and h.version is new.version
        and h.sequence = (select max(sequence) from live_history where use_case = new.use_case)
)
begin select raise(abort, 'the live version must match the latest row of the deployment history'); end;
create trigger live_model_follows_history_on_update before update on live_model
when new.use_case <> old.use_case or not exists (
    select 1 from live_history h
    where h.use_case = new.use_case and h.sequence = new.sequence and h.version is new.version
        and h.sequence = (select max(sequence) from live_history where use_case = new.use_case)
)
begin select raise(abort, 'the live version must match the latest row of the deployment history'); end;
create trigger live_model_no_delete before delete on live_model
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger model_version_begins_outside_production before insert on model_version
when new.stage not in ('None', 'Staging')
begin select raise(abort, 'a new version must be in None or Staging'); end;
create trigger model_version_stage before update of stage on model_version
when new.stage not in ('None', 'Staging', 'Production', 'Archived')
    or (new.stage = 'Production')
        <> exists (select 1 from live_model l where l.use_case = new.use_case and l.version = new.version)
begin select raise(abort, 'the live version, and no other, must be in Production'); end;
create trigger model_version_is_fixed
before update of use_case, version, run_id, dataset_id, model_hash, candidate, author, author_key, created_at on model_version
begin select raise(abort, 'a version cannot be changed'); end;
create trigger model_version_no_delete before delete on model_version
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger review_request_begins_pending before insert on review_request
when new.state <> 'pending' or new.approvals_needed < 1 or not exists (
    select 1 from model_version v where v.use_case = new.use_case and v.version = new.version and v.stage = 'Staging'
)
begin select raise(abort, 'a new request must be pending, for a version in Staging'); end;
create trigger review_request_is_fixed
before update of request_id, use_case, version, evidence_hash, approvals_needed, note, requested_by, requested_by_key, requested_at on review_request
begin select raise(abort, 'a request cannot be changed'); end;
create trigger review_request_closes_once before update of state on review_request
when old.state <> 'pending'
    or new.state not in ('approved', 'rejected', 'changes_requested', 'void')
    or (new.state = 'approved' and old.approvals_needed > (
        select count(*) from review_decision d
        where d.request_id = old.request_id and d.decision = 'approve' and d.evidence_hash = old.evidence_hash
    ))
    or (new.state = 'rejected'
        and not exists (select 1 from review_decision d where d.request_id = old.request_id and d.decision = 'reject'))
    or (new.state = 'changes_requested'
        and not exists (select 1 from review_decision d where d.request_id = old.request_id and d.decision = 'request_changes'))
begin select raise(abort, 'a request can be closed only once, with the required decisions'); end;
create trigger review_request_no_delete before delete on review_request
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger review_decision_four_eyes before insert on review_decision
when not exists (
    select 1 from review_request r
    join model_version v on v.use_case = r.use_case and v.version = r.version
    where r.request_id = new.request_id and new.reviewer_key not in (r.requested_by_key, v.author_key)
        and lower(new.reviewer) not in (lower(r.requested_by), lower(v.author))
)
begin select raise(abort, 'the author and the requester cannot decide on a version'); end;
create trigger review_decision_is_bound before insert on review_decision
when trim(new.reason) = '' or new.decision not in ('approve', 'reject', 'request_changes') or not exists (
    select 1 from review_request r
    where r.request_id = new.request_id and r.state = 'pending' and r.evidence_hash = new.evidence_hash
)
begin select raise(abort, 'a decision needs a reason, a pending request and the evidence of that request'); end;
create trigger review_decision_no_update before update on review_decision
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger review_decision_no_delete before delete on review_decision
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger review_waiver_four_eyes before insert on review_waiver
when trim(new.reason) = '' or trim(new.owner) = '' or exists (
    select 1 from model_version v
    where v.use_case = new.use_case and v.version = new.version and (v.author_key = new.granted_by_key or lower(v.author) = lower(new.granted_by))
)
begin select raise(abort, 'a waiver needs a reason and an owner, and cannot be granted by the author of the version'); end;
create trigger review_waiver_no_update before update on review_waiver
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger review_waiver_no_delete before delete on review_waiver
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger review_comment_no_update before update on review_comment
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger review_comment_no_delete before delete on review_comment
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger drift_note_no_update before update on drift_note
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger drift_note_no_delete before delete on drift_note
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger card_revision_no_update before update on card_revision
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger card_revision_no_delete before delete on card_revision
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger card_revision_only_append before insert on card_revision
when new.revision <> coalesce((select max(revision) from card_revision where use_case = new.use_case and version = new.version), 0) + 1
begin select raise(abort, 'revisions can only be appended'); end;

create trigger use_case_version_no_update before update on use_case_version
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger use_case_version_no_delete before delete on use_case_version
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger dataset_parent_no_update before update on dataset_parent
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger dataset_parent_no_delete before delete on dataset_parent
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger dataset_file_no_update before update on dataset_file
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger dataset_file_no_delete before delete on dataset_file
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger cycle_no_delete before delete on cycle
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger cycle_finished_stays before update on cycle
when old.state = 'finished'
begin select raise(abort, 'a finished cycle cannot be changed'); end;
create trigger cycle_stage_no_delete before delete on cycle_stage
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger cycle_stage_settled_stays before update on cycle_stage
when old.state in ('done', 'skipped')
begin select raise(abort, 'a stage that is done or skipped cannot be changed'); end;
create trigger missed_run_no_update before update on missed_run
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger missed_run_no_delete before delete on missed_run
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger monitoring_policy_no_update before update on monitoring_policy
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger monitoring_policy_no_delete before delete on monitoring_policy
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger monitoring_policy_only_append before insert on monitoring_policy
when new.version <> coalesce((select max(version) from monitoring_policy where use_case = new.use_case), 0) + 1
begin select raise(abort, 'the monitoring policy can only get a next version'); end;

create trigger alert_no_delete before delete on alert
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger alert_resolved_stays before update on alert
when old.state = 'resolved'
begin select raise(abort, 'a resolved alert cannot be changed'); end;
create trigger alert_delivery_no_delete before delete on alert_delivery
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger alert_delivery_ended_stays before update on alert_delivery
when old.state <> 'waiting'
begin select raise(abort, 'a message that was sent or given up cannot be changed'); end;

create trigger shadow_switch_no_update before update on shadow_switch
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger shadow_switch_no_delete before delete on shadow_switch
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger shadow_switch_rules before insert on shadow_switch
when new.sequence <> coalesce((select max(sequence) from shadow_switch where use_case = new.use_case), 0) + 1
    or (new.version is not null and not exists (
        select 1 from model_version v where v.use_case = new.use_case and v.version = new.version and v.stage = 'Staging'
    ))
begin select raise(abort, 'only a version in Staging can score in shadow, and changes can only be appended'); end;
create trigger shadow_batch_no_update before update on shadow_batch
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger shadow_batch_no_delete before delete on shadow_batch
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger shadow_batch_is_of_a_version_in_staging before insert on shadow_batch
when not exists (
    select 1 from score_batch b join model_version v on v.use_case = b.use_case
    where b.batch_id = new.batch_id and v.version = new.version and v.stage = 'Staging'
)
begin select raise(abort, 'only a version in Staging can score in shadow'); end;
create trigger shadow_score_no_update before update on shadow_score
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger shadow_score_no_delete before delete on shadow_score
begin select raise(abort, 'the history cannot be rewritten'); end;

create trigger recertification_no_update before update on recertification
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger recertification_no_delete before delete on recertification
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger recertification_rules before insert on recertification
when trim(new.reason) = ''
    or new.sequence <> coalesce((select max(sequence) from recertification where use_case = new.use_case and version = new.version), 0) + 1
    or not exists (select 1 from live_history h where h.use_case = new.use_case and h.version = new.version)
    or exists (
        select 1 from model_version v
        where v.use_case = new.use_case and v.version = new.version
            and (v.author_key = new.certified_by_key or lower(v.author) = lower(new.certified_by))
    )
begin select raise(abort, 'a re-certification needs a reason, an approved version and somebody other than its author'); end;

create trigger prediction_no_update before update on prediction
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger prediction_policy_no_update before update on prediction_policy
begin select raise(abort, 'the history cannot be rewritten'); end;
create trigger prediction_policy_no_delete before delete on prediction_policy
begin select raise(abort, 'the history cannot be rewritten'); end;

//! Requests, decisions, waivers and what makes them void.

use domain::{Decision, RefusalCode};
use workflow::{Checklist, Error, Role, Waive};

use crate::app::{PASSWORD, TestApp, USE_CASE, VERSIONS, number};

fn code<T: std::fmt::Debug>(result: workflow::Result<T>) -> Option<RefusalCode> {
    result.unwrap_err().code()
}

async fn state(app: &TestApp, version: i64) -> String {
    let ann = app.actor("ann").await;
    app.tenure
        .review_page(&ann.member().unwrap(), USE_CASE, number(version))
        .await
        .unwrap()
        .request
        .unwrap()
        .state
        .to_string()
}

#[tokio::test]
async fn nothing_is_decided_that_nobody_has_requested() {
    let app = TestApp::filled().await;
    assert_eq!(
        code(app.approve(1, "rita").await),
        Some(RefusalCode::NotRequested)
    );
}

#[tokio::test]
async fn requesting_twice_is_requesting_once() {
    let app = TestApp::filled().await;
    assert_eq!(
        app.request(1).await.request_id,
        app.request(1).await.request_id
    );
}

#[tokio::test]
async fn only_reviewers_decide() {
    let app = TestApp::filled().await;
    app.request(1).await;
    for name in ["ann", "oscar"] {
        assert_eq!(
            code(app.approve(1, name).await),
            Some(RefusalCode::RoleRequired),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_author_does_not_decide_on_the_own_version() {
    let app = TestApp::filled().await;
    let oscar = app.actor("oscar").await;
    app.tenure
        .request_review(&oscar.contributor().unwrap(), USE_CASE, number(1), "")
        .await
        .unwrap();
    assert_eq!(
        code(app.approve(1, "ada").await),
        Some(RefusalCode::FourEyes)
    );
}

#[tokio::test]
async fn who_requested_the_review_does_not_decide_on_it() {
    let app = TestApp::filled().await;
    let rita = app.actor("rita").await;
    app.tenure
        .request_review(&rita.contributor().unwrap(), USE_CASE, number(1), "")
        .await
        .unwrap();
    assert_eq!(
        code(app.approve(1, "rita").await),
        Some(RefusalCode::FourEyes)
    );
    app.approve(1, "sam").await.unwrap();
}

#[tokio::test]
async fn another_spelling_of_a_name_is_not_another_person() {
    let app = TestApp::filled().await;
    let oscar = app.actor("oscar").await;
    let add = async |name: &str| {
        app.tenure
            .add_account_with(&oscar.admin().unwrap(), name, &[Role::Reviewer], PASSWORD)
            .await
    };
    add("Eve").await.unwrap();
    assert!(
        add("eve").await.is_err(),
        "there is no second account to decide with"
    );
    let eve = app.actor("EVE").await;
    app.tenure
        .request_review(&eve.contributor().unwrap(), USE_CASE, number(1), "")
        .await
        .unwrap();
    // Who requested it, and who trained it (Ada), in any spelling.
    for name in ["Eve", "eve", "ADA"] {
        assert_eq!(
            code(app.approve(1, name).await),
            Some(RefusalCode::FourEyes),
            "{name}"
        );
    }
    app.approve(1, "SAM").await.unwrap();
}

#[tokio::test]
async fn a_decision_needs_a_reason() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let error = app
        .decide(1, "rita", Decision::Approve, " \n ")
        .await
        .unwrap_err();
    let Error::Fields(problems) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (problems[0].field.as_str(), problems[0].code),
        ("reason", domain::ProblemCode::Required)
    );
}

#[tokio::test]
async fn a_decision_is_signed_with_the_password() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let rita = app.actor("rita").await;
    let reviewer = rita.reviewer().unwrap();
    assert!(app.tenure.sign(reviewer, None).await.is_err());
    assert!(matches!(
        app.tenure
            .sign(reviewer, Some("not the password at all"))
            .await,
        Err(Error::SignIn(_))
    ));
    assert!(app.tenure.sign(reviewer, Some(PASSWORD)).await.is_ok());
}

#[tokio::test]
async fn a_decision_on_other_evidence_is_refused() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let rita = app.actor("rita").await;
    let signed = app
        .tenure
        .sign(rita.reviewer().unwrap(), Some(PASSWORD))
        .await
        .unwrap();
    let input = workflow::DecisionInput {
        choice: Decision::Approve,
        reason: "fine",
        checklist: None,
        evidence: Some("00ff"),
    };
    assert_eq!(
        code(app.tenure.decide(&signed, USE_CASE, number(1), input).await),
        Some(RefusalCode::OtherEvidence)
    );
}

#[tokio::test]
async fn an_approval_puts_the_version_into_service() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let decided = app.approve(1, "rita").await.unwrap();
    assert_eq!(
        (
            decided.version.stage.to_string().as_str(),
            decided.already,
            decided.approvals_missing
        ),
        ("Production", false, 0)
    );
}

#[tokio::test]
async fn the_same_decision_twice_is_one() {
    let app = TestApp::live().await;
    assert!(app.approve(1, "rita").await.unwrap().already);
}

#[tokio::test]
async fn another_decision_by_the_same_reviewer_is_refused() {
    let app = TestApp::live().await;
    assert_eq!(
        code(
            app.decide(1, "rita", Decision::Reject, "on second thoughts")
                .await
        ),
        Some(RefusalCode::AlreadyDecided)
    );
}

#[tokio::test]
async fn who_comes_late_is_told_that_it_was_decided() {
    let app = TestApp::live().await;
    assert_eq!(
        code(app.approve(1, "sam").await),
        Some(RefusalCode::AlreadyDecided)
    );
}

#[tokio::test]
async fn of_two_reviewers_at_once_one_decides() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let (one, other) = tokio::join!(
        app.approve(1, "rita"),
        app.decide(1, "sam", Decision::Reject, "unfair")
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    let refused = one.err().or(other.err()).unwrap().code();
    assert!(
        matches!(
            refused,
            Some(RefusalCode::AlreadyDecided | RefusalCode::Changed)
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_rejected_version_is_archived_and_cannot_be_requested_again() {
    let app = TestApp::filled().await;
    app.request(2).await;
    let decided = app
        .decide(2, "rita", Decision::Reject, "unfair")
        .await
        .unwrap();
    assert_eq!(decided.version.stage.to_string(), "Archived");
    let ada = app.actor("ada").await;
    let again = app
        .tenure
        .request_review(&ada.contributor().unwrap(), USE_CASE, number(2), "")
        .await;
    assert_eq!(code(again), Some(RefusalCode::NotInStaging));
}

#[tokio::test]
async fn a_version_with_requested_changes_can_be_requested_again() {
    let app = TestApp::filled().await;
    let first = app.request(2).await;
    app.decide(2, "rita", Decision::RequestChanges, "say more on the card")
        .await
        .unwrap();
    assert_eq!(state(&app, 2).await, "changes_requested");
    assert_ne!(app.request(2).await.request_id, first.request_id);
}

#[tokio::test]
async fn a_promotion_voids_every_other_pending_request() {
    let app = TestApp::filled().await;
    app.request(2).await;
    app.promote(1).await;
    assert_eq!(state(&app, 2).await, "void");
    assert_eq!(
        code(app.approve(2, "rita").await),
        Some(RefusalCode::RequestVoid)
    );
}

#[tokio::test]
async fn a_changed_description_voids_the_request() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let oscar = app.actor("oscar").await;
    app.tenure
        .describe_version(&oscar.admin().unwrap(), USE_CASE, number(1), "other words")
        .await
        .unwrap();
    assert_eq!(state(&app, 1).await, "void");
}

#[tokio::test]
async fn changed_limitations_void_the_request() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let ann = app.actor("ann").await;
    app.tenure
        .write_limitations(
            &ann.contributor().unwrap(),
            USE_CASE,
            number(1),
            None,
            "not for the night shift",
        )
        .await
        .unwrap();
    assert_eq!(state(&app, 1).await, "void");
}

#[tokio::test]
async fn a_comment_changes_nothing_about_a_request() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let ann = app.actor("ann").await;
    app.tenure
        .comment(
            &ann.contributor().unwrap(),
            USE_CASE,
            number(1),
            "ask Sales first",
        )
        .await
        .unwrap();
    assert_eq!(state(&app, 1).await, "pending");
}

#[tokio::test]
async fn the_checklist_of_a_reviewer_goes_into_the_decision() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let rita = app.actor("rita").await;
    let checklist = Checklist::from_keys(["card", "groups"], "nothing odd").unwrap();
    app.tenure
        .save_checklist(&rita.reviewer().unwrap(), USE_CASE, number(1), &checklist)
        .await
        .unwrap();
    let decided = app.approve(1, "rita").await.unwrap();
    assert!(decided.decision.checklist.contains("nothing odd"));
}

#[tokio::test]
async fn a_gate_that_does_not_block_is_not_waived() {
    let app = TestApp::filled().await;
    let rita = app.actor("rita").await;
    let signed = app
        .tenure
        .sign(rita.reviewer().unwrap(), Some(PASSWORD))
        .await
        .unwrap();
    let waive = Waive {
        gate: "Accuracy at least 1",
        owner: "hr",
        reason: "a trial",
        expires_on: "2099-01-01",
    };
    assert!(
        app.tenure
            .waive(&signed, USE_CASE, number(1), waive)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_author_waives_no_gates_of_the_own_version() {
    let app = TestApp::filled().await;
    let ada = app.actor("ada").await;
    let signed = app
        .tenure
        .sign(ada.reviewer().unwrap(), Some(PASSWORD))
        .await
        .unwrap();
    let waive = Waive {
        gate: "x",
        owner: "hr",
        reason: "a trial",
        expires_on: "2099-01-01",
    };
    assert_eq!(
        code(app.tenure.waive(&signed, USE_CASE, number(1), waive).await),
        Some(RefusalCode::FourEyes)
    );
}

#[tokio::test]
async fn the_queue_lists_every_request() {
    let app = TestApp::filled().await;
    for version in 1..=VERSIONS {
        app.request(version).await;
    }
    let ann = app.actor("ann").await;
    let queue = app
        .tenure
        .review_queue(&ann.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    assert_eq!(queue.len() as i64, VERSIONS);
}

#[tokio::test]
async fn a_reviewer_who_lost_the_role_no_longer_decides() {
    let app = TestApp::filled().await;
    app.request(1).await;
    let oscar = app.actor("oscar").await;
    app.tenure
        .set_roles(&oscar.admin().unwrap(), "rita", &[Role::Analyst])
        .await
        .unwrap();
    assert_eq!(
        code(app.approve(1, "rita").await),
        Some(RefusalCode::RoleRequired)
    );
}

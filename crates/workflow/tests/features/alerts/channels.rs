//! Who may do what with alerts and channels, and which channels are refused.

use domain::{AlertKind, AlertState, AuditAction, ChannelKind, RefusalCode, Role, Scope};
use workflow::{Actor, Error, NewChannel, TokenRequest};

use super::servers::Reply;
use super::{Alerting, days};
use crate::app::{TestApp, USE_CASE};

async fn waiting() -> Alerting {
    let own = Alerting::new(TestApp::filled().await).await;
    own.add_all().await;
    own.app.request(1).await;
    own.evaluate(days(3)).await;
    own
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_acknowledged_assigned_and_snoozed_on_record() {
    let own = waiting().await;
    own.deliver(days(3)).await;
    let tenure = &own.app.tenure;
    let id = own.alerts().await[0].id.clone();
    let rita = own.app.actor("rita").await;
    let by = rita.contributor().unwrap();
    let alert = tenure
        .acknowledge_alert(&by, USE_CASE, &id, "seen")
        .await
        .unwrap();
    assert_eq!(
        (alert.state, alert.owner.as_deref(), alert.note.as_str()),
        (AlertState::Acknowledged, Some("rita"), "seen")
    );
    own.deliver(days(4)).await;
    let pager = own.http.got_at("/pager");
    assert_eq!(pager[1].json()["event_action"], "acknowledge");
    assert_eq!(own.mail.mails().len(), 1, "nobody else is told");

    let alert = tenure
        .assign_alert(&by, USE_CASE, &id, "SAM")
        .await
        .unwrap();
    assert_eq!(alert.owner.as_deref(), Some("sam"));
    let nobody = tenure.assign_alert(&by, USE_CASE, &id, "mallory").await;
    assert!(matches!(nobody, Err(Error::Fields(problems)) if problems[0].field == "owner"));
    let alert = tenure.assign_alert(&by, USE_CASE, &id, "").await.unwrap();
    assert_eq!(alert.owner, None);

    for (number, reason, field) in [(0, "x", "days"), (91, "x", "days"), (7, " ", "reason")] {
        let refused = tenure
            .snooze_alert(&by, USE_CASE, &id, number, reason)
            .await;
        assert!(
            matches!(refused, Err(Error::Fields(problems)) if problems[0].field == field),
            "{number} {reason}"
        );
    }
    tenure
        .snooze_alert(&by, USE_CASE, &id, 5, "later")
        .await
        .unwrap();
    own.evaluate(days(4)).await;
    assert_eq!(own.alerts().await[0].state, AlertState::Snoozed);
    own.evaluate(days(6)).await;
    let again = &own.alerts().await[0];
    assert_eq!((again.state, again.snoozed_until), (AlertState::Open, None));
    own.deliver(days(6)).await;
    let mails = own.mail.mails();
    assert_eq!(mails.len(), 2);
    assert!(
        mails[1].subject().starts_with("Still open: "),
        "{}",
        mails[1].head
    );

    own.app.approve(1, "sam").await.unwrap();
    own.evaluate(days(6)).await;
    let over = tenure.acknowledge_alert(&by, USE_CASE, &id, "").await;
    assert_eq!(over.unwrap_err().code(), Some(RefusalCode::AlertResolved));

    let member = rita.member().unwrap();
    for (action, count) in [
        (AuditAction::AlertAcknowledge, 1),
        (AuditAction::AlertAssign, 2),
        (AuditAction::AlertSnooze, 1),
        (AuditAction::ChannelAdd, 5),
    ] {
        let query = workflow::AuditQuery {
            action: action.as_str().into(),
            ..Default::default()
        };
        let found = tenure.audit_rows(&member, &query).await.unwrap();
        assert_eq!(found.len(), count, "{action}");
        assert!(!format!("{found:?}").contains("example.org"), "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_needed_and_alerts_stay_in_their_use_case() {
    let own = waiting().await;
    let tenure = &own.app.tenure;
    let id = own.alerts().await[0].id.clone();
    let ann = own.app.actor("ann").await;
    let request = TokenRequest {
        owner: "ann".into(),
        password: Some(crate::app::PASSWORD.into()),
        label: "reader".into(),
        scopes: vec![Scope::Read],
        days: 1,
    };
    let token = tenure.create_token(&ann, &request).await.unwrap();
    let reader = tenure.actor_of_token(&token.secret).await.unwrap();
    assert!(reader.contributor().is_err(), "a reader changes nothing");
    assert!(ann.admin().is_err() && own.app.actor("rita").await.admin().is_err());
    let by = ann.contributor().unwrap();
    let other = tenure.acknowledge_alert(&by, "churn", &id, "").await;
    assert!(matches!(other, Err(Error::NotFound(_))));
    let other = tenure.alert(&ann.member().unwrap(), "churn", &id).await;
    assert!(matches!(other, Err(Error::NotFound(_))));

    // An administrator tests and switches channels; who adds one has access to the machine.
    let oscar = own.app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let new = NewChannel {
        name: "own".into(),
        ..own.channel(ChannelKind::Webhook)
    };
    let refused = tenure.add_channel(&admin, new).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Some(RefusalCode::CommandLineOnly)
    );
    let refused = tenure.remove_channel(&admin, "webhook").await;
    assert_eq!(
        refused.unwrap_err().code(),
        Some(RefusalCode::CommandLineOnly)
    );
    let off = tenure
        .switch_channel(&admin, "webhook", false)
        .await
        .unwrap();
    assert!(!off.enabled);
    let delivered = own.deliver(days(3)).await;
    assert_eq!(delivered.sent, 4, "what waited for it is dropped");
    assert!(own.http.got_at("/hook").is_empty());
    tenure
        .switch_channel(&admin, "webhook", true)
        .await
        .unwrap();

    own.http.reply([Reply::Status(403)]);
    let tested = tenure.test_channel(&admin, "webhook").await.unwrap();
    assert!(!tested.received && tested.problem.contains("403"));
    let tested = tenure.test_channel(&admin, "webhook").await.unwrap();
    assert!(tested.received);
    let rows = tenure.channels(&admin, Some(USE_CASE)).await.unwrap();
    assert_eq!(rows.len(), 5);

    let local = Actor::local();
    let local = local.admin().unwrap();
    tenure.remove_channel(&local, "webhook").await.unwrap();
    let gone = tenure.test_channel(&admin, "webhook").await;
    assert!(matches!(gone, Err(Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_gets_the_kinds_of_its_role_and_use_case() {
    let own = Alerting::new(TestApp::filled().await).await;
    let hook = |name: &str| NewChannel {
        name: name.into(),
        target: vec![format!("{}/{name}", own.http.address)],
        ..own.channel(ChannelKind::Webhook)
    };
    let all = [
        NewChannel {
            role: Some(Role::Reviewer),
            ..hook("reviewer")
        },
        NewChannel {
            role: Some(Role::Admin),
            ..hook("admin")
        },
        NewChannel {
            kinds: vec![AlertKind::Drift],
            ..hook("drift")
        },
        NewChannel {
            use_case: Some("churn".into()),
            ..hook("churn")
        },
        NewChannel {
            use_case: Some(USE_CASE.into()),
            kinds: vec![AlertKind::ReviewWaiting],
            ..hook("review")
        },
    ];
    for new in all {
        own.add(new).await.unwrap();
    }
    own.app.request(1).await;
    own.evaluate(days(3)).await;
    own.deliver(days(3)).await;
    let mut paths: Vec<String> = own.http.got().into_iter().map(|got| got.path).collect();
    paths.sort();
    assert_eq!(paths, ["/review", "/reviewer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_that_could_not_work_or_would_reach_inside_are_refused() {
    let own = Alerting::new(TestApp::empty().await).await;
    let to = |kind: ChannelKind, target: &str| NewChannel {
        target: vec![target.into()],
        ..own.channel(kind)
    };
    let (hook, mail) = (ChannelKind::Webhook, ChannelKind::Email);
    let cases = [
        (to(hook, "https://10.0.0.7/x"), "target"),
        (
            to(hook, "https://169.254.169.254/latest/meta-data"),
            "target",
        ),
        (to(hook, "http://hooks.example/x"), "target"),
        (to(hook, "https://user:x@hooks.example/x"), "target"),
        (to(hook, "file:///etc/passwd"), "target"),
        (to(hook, ""), "target"),
        (to(mail, "a@b.c\r\nBcc: d@e.f"), "target"),
        (to(mail, ""), "target"),
        (
            to(ChannelKind::Slack, "https://hooks.slack.com/x"),
            "target",
        ),
        (to(ChannelKind::GitHub, "acme"), "target"),
        (to(ChannelKind::PagerDuty, "https://192.168.0.1/"), "target"),
        (
            NewChannel {
                secret: "hunter2".into(),
                ..own.channel(hook)
            },
            "secret",
        ),
        (
            NewChannel {
                secret: String::new(),
                ..own.channel(hook)
            },
            "secret",
        ),
        (
            NewChannel {
                secret: "env:X".into(),
                ..own.channel(mail)
            },
            "secret",
        ),
        (
            NewChannel {
                name: "A b".into(),
                ..own.channel(hook)
            },
            "name",
        ),
        (
            NewChannel {
                digest: true,
                ..own.channel(hook)
            },
            "digest",
        ),
        (
            NewChannel {
                role: Some(Role::Analyst),
                kinds: vec![AlertKind::ReviewWaiting],
                ..own.channel(hook)
            },
            "kinds",
        ),
    ];
    for (new, field) in cases {
        let shown = format!("{new:?}");
        match own.add(new).await {
            Err(Error::Fields(problems)) => {
                assert_eq!(problems[0].field, field, "{shown}");
                assert!(!problems[0].message.contains("hunter2"));
            }
            other => panic!("{shown}: {other:?}"),
        }
    }
    own.add_kind(hook).await;
    assert!(
        own.add(own.channel(hook)).await.is_err(),
        "the name is taken"
    );
}

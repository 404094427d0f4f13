//! Messages arrive at real servers, are tried again, or are given up.

use domain::{AlertKind, ChannelKind, DeliveryState};
use workflow::{DeliveryRow, NewChannel, NewCycle};

use super::servers::Reply;
use super::{Alerting, KEY, PASSWORD, days, seconds};
use crate::app::{TestApp, USE_CASE};

impl Alerting {
    /// With an open alert and no channel yet that it was told to.
    async fn raised(kinds: &[ChannelKind]) -> Self {
        let own = Self::new(TestApp::filled().await).await;
        for kind in kinds {
            own.add_kind(*kind).await;
        }
        own.app.request(1).await;
        own.evaluate(days(3)).await;
        own
    }

    async fn messages(&self) -> Vec<DeliveryRow> {
        let oscar = self.app.actor("oscar").await;
        let admin = oscar.admin().unwrap();
        let mut all = Vec::new();
        for alert in self.past().await {
            let found = self
                .app
                .tenure
                .alert_deliveries(&admin, USE_CASE, &alert.id)
                .await;
            all.extend(found.unwrap());
        }
        all
    }

    async fn only(&self) -> DeliveryRow {
        let mut all = self.messages().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_channel_gets_its_message() {
    let own = Alerting::raised(ChannelKind::ALL).await;
    let delivered = own.deliver(days(3)).await;
    assert_eq!(
        (delivered.sent, delivered.postponed, delivered.failed),
        (5, 0, 0)
    );
    let alert = own.of(AlertKind::ReviewWaiting).await.unwrap();

    let [mail] = &own.mail.mails()[..] else {
        panic!("one mail");
    };
    assert_eq!(mail.to, ["<hr@example.org>"]);
    assert!(mail.from.contains("<tenure@example.org>"));
    assert!(mail.subject().starts_with("Warning: Review waiting, "));
    assert!(mail.body.contains(&alert.summary), "{}", mail.body);
    let link = format!(
        "https://tenure.example/use-case/attrition/alerts/{}",
        alert.id
    );
    assert!(mail.body.contains(&link), "{}", mail.body);
    assert!(!mail.credentials.is_empty());

    let hook = &own.http.got_at("/hook")[0];
    let stamp: i64 = hook.header("tenure-timestamp").parse().unwrap();
    let expected = ::delivery::signature(KEY, stamp, &hook.text).unwrap();
    assert_eq!(hook.header("tenure-signature"), format!("v1={expected}"));
    assert_eq!(hook.json()["alert"], alert.id.as_str());

    let slack = &own.http.got_at(&format!("/slack/{KEY}"))[0];
    assert!(
        slack.json()["text"]
            .as_str()
            .unwrap()
            .contains(&alert.summary)
    );

    let pager = &own.http.got_at("/pager")[0].json();
    assert_eq!(pager["routing_key"], KEY);
    assert_eq!(pager["event_action"], "trigger");
    assert_eq!(pager["dedup_key"], alert.id.as_str());
    assert_eq!(pager["payload"]["severity"], "warning");

    let issue = &own.http.got_at("/repos/acme/people/issues")[0];
    assert_eq!(issue.header("authorization"), format!("Bearer {KEY}"));
    assert!(
        issue.json()["title"]
            .as_str()
            .unwrap()
            .contains("Review waiting")
    );

    // It is the same issue that is closed, and the same incident.
    own.app.approve(1, "rita").await.unwrap();
    own.evaluate(days(4)).await;
    own.deliver(days(4)).await;
    let closed = &own.http.got_at("/repos/acme/people/issues/7")[0];
    assert_eq!(
        (closed.method.as_str(), &closed.json()["state"]),
        ("PATCH", &"closed".into())
    );
    assert_eq!(
        own.http
            .got_at("/repos/acme/people/issues/7/comments")
            .len(),
        1
    );
    let pager = &own.http.got_at("/pager")[1].json();
    assert_eq!(
        (&pager["event_action"], &pager["dedup_key"]),
        (&"resolve".into(), &alert.id.as_str().into())
    );
    assert_eq!(own.mail.mails().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_is_asked_again_later_and_later() {
    let own = Alerting::raised(&[ChannelKind::Webhook]).await;
    own.http.reply([
        Reply::Status(500),
        Reply::Later(503, 900),
        Reply::Status(200),
    ]);
    assert_eq!(own.deliver(days(3)).await.postponed, 1);
    let first = own.only().await;
    assert_eq!((first.state, first.attempts), (DeliveryState::Waiting, 1));
    assert!(first.last_error.contains("500"));
    // Not before its time.
    let now = days(3);
    assert_eq!(own.deliver(now.plus_seconds(20)).await, Default::default());
    assert_eq!(own.deliver(now.plus_seconds(40)).await.postponed, 1);
    // As long as the server asks for.
    assert_eq!(own.deliver(now.plus_seconds(800)).await, Default::default());
    assert_eq!(own.deliver(now.plus_seconds(1000)).await.sent, 1);
    let sent = own.only().await;
    assert_eq!((sent.state, sent.attempts), (DeliveryState::Sent, 3));
    assert_eq!(sent.last_error, "");
    // The receiver knows that it is the same message.
    let ids: std::collections::HashSet<String> = own
        .http
        .got()
        .iter()
        .map(|got| got.header("tenure-delivery").to_owned())
        .collect();
    assert_eq!((own.http.got().len(), ids.len()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_redirects_are_given_up_at_once() {
    for reply in [
        Reply::Status(401),
        Reply::Status(404),
        Reply::Redirect("/elsewhere".into()),
        Reply::Redirect("http://169.254.169.254/latest".into()),
    ] {
        let own = Alerting::raised(&[ChannelKind::Webhook]).await;
        own.http.reply([reply.clone()]);
        assert_eq!(own.deliver(days(3)).await.failed, 1, "{reply:?}");
        let failed = own.only().await;
        assert_eq!((failed.state, failed.attempts), (DeliveryState::Failed, 1));
        assert_eq!(own.deliver(days(9)).await, Default::default());
        assert_eq!(own.http.got().len(), 1, "{reply:?}: nothing is followed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_holds_nothing_up_and_is_given_up_in_the_end() {
    let own = Alerting::raised(&[ChannelKind::Webhook, ChannelKind::Slack]).await;
    own.http.reply([Reply::Never, Reply::Never]);
    let started = std::time::Instant::now();
    assert_eq!(own.deliver(days(3)).await.postponed, 2);
    assert!(started.elapsed().as_secs() < 15, "both at the same time");
    own.http.reply(std::iter::repeat_n(Reply::Status(502), 40));
    let mut rounds = 0;
    while own.messages().await[0].state == DeliveryState::Waiting {
        rounds += 1;
        own.deliver(days(3 + rounds)).await;
    }
    let failed = own.messages().await;
    assert!(failed.iter().all(|own| own.attempts == 8), "{failed:?}");
    assert!(failed.iter().all(|own| own.state == DeliveryState::Failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_busy_away_or_refuses() {
    let own = Alerting::raised(&[ChannelKind::Email]).await;
    own.mail
        .refuse(&["451 4.7.1 greylisted", "550 5.1.1 unknown"]);
    assert_eq!(own.deliver(days(3)).await.postponed, 1);
    assert!(own.only().await.last_error.contains("greylisted"));
    assert_eq!(own.deliver(days(4)).await.failed, 1);
    assert!(own.only().await.last_error.contains("550"));
    assert!(own.mail.mails().is_empty());

    let mut own = Alerting::raised(&[ChannelKind::Email]).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let options = workflow::MailOptions {
        host: "127.0.0.1".into(),
        port: Some(nobody.local_addr().unwrap().port()),
        from: "tenure@example.org".into(),
        tls: Some("none".into()),
        ..Default::default()
    };
    drop(nobody);
    let settings = workflow::AlertSettings::new(Some(&options), &Default::default(), None);
    own.app.tenure = own.app.tenure.clone().with_alerts(settings.unwrap());
    assert_eq!(own.deliver(days(3)).await.postponed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_address_gets_its_own_mail_and_a_refused_one_keeps_no_other_from_it() {
    let own = Alerting::new(TestApp::filled().await).await;
    let new = NewChannel {
        target: vec![
            "a@example.org, b@example.org".into(),
            "A@example.org".into(),
        ],
        ..own.channel(ChannelKind::Email)
    };
    own.add(new).await.unwrap();
    own.app.request(1).await;
    own.evaluate(days(3)).await;
    own.mail.refuse(&["550 no"]);
    let delivered = own.deliver(days(3)).await;
    assert_eq!((delivered.sent, delivered.failed), (1, 1));
    assert_eq!(own.mail.mails()[0].to.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_waits_for_no_receiver() {
    let own = Alerting::new(TestApp::drifted().await).await;
    own.add_all().await;
    own.http.reply(std::iter::repeat_n(Reply::Never, 20));
    own.app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    assert!(own.http.got().is_empty() && own.mail.mails().is_empty());
    let waiting = own.messages().await;
    assert!(!waiting.is_empty());
    assert!(waiting.iter().all(|own| own.attempts == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_send_a_message_once() {
    let own = Alerting::raised(&[ChannelKind::Webhook]).await;
    let now = days(3);
    let (tenure, other) = (own.app.tenure.clone(), own.app.tenure.clone());
    let (first, second) = tokio::join!(tenure.deliver_due(now), other.deliver_due(now));
    assert_eq!(first.unwrap().sent + second.unwrap().sent, 1);
    assert_eq!(own.http.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_stored_or_told() {
    let own = Alerting::raised(ChannelKind::ALL).await;
    own.http.reply([
        Reply::Status(401),
        Reply::Status(500),
        Reply::Status(404),
        Reply::Status(403),
    ]);
    // A server that repeats what it was told.
    own.mail.refuse(&["550 mail-hunter2 is not your password"]);
    own.deliver(days(3)).await;
    let told = format!("{:?}", own.messages().await);
    own.app.tenure.store().close().await;
    for secret in [KEY, PASSWORD] {
        assert!(!told.contains(secret), "{told}");
        for entry in std::fs::read_dir(own.app.folder()).unwrap() {
            let path = entry.unwrap().path();
            let is_secret = path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("secret-");
            if path.is_file() && !is_secret {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "{secret} in {}", path.display());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_is_sent_once_a_month_to_those_who_get_it() {
    let own = Alerting::new(TestApp::drifted().await).await;
    own.add(NewChannel {
        digest: true,
        role: Some(domain::Role::Analyst),
        kinds: vec![AlertKind::DataQuality],
        ..own.channel(ChannelKind::Email)
    })
    .await
    .unwrap();
    own.add_kind(ChannelKind::Webhook).await;
    for _ in 0..2 {
        own.app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    }
    own.deliver(seconds(1)).await;
    let [digest] = &own.mail.mails()[..] else {
        panic!("one digest: {:?}", own.mail.mails());
    };
    assert!(
        digest.subject().starts_with("Monthly digest: "),
        "{}",
        digest.head
    );
    for heading in [
        "How many",
        "Highest average risk",
        "Main drivers",
        "What has changed",
        "What now",
    ] {
        assert!(digest.body.contains(heading), "{heading}: {}", digest.body);
    }
    assert!(
        own.http
            .got_at("/hook")
            .iter()
            .all(|got| got.header("tenure-event") != "digest")
    );
}

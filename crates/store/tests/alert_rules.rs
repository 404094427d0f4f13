//! Alerts, their channels and messages, on SQLite and on PostgreSQL: what is written, and what the
//! database refuses.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{at, attrition, stores, taken};
use domain::{
    AlertEvent, AlertKind, AlertSeverity, AlertState, ChannelKind, DeliveryState, Role, UseCaseId,
};
use store::alerts::channels::{self, Channel};
use store::alerts::deliveries::{self, Delivery};
use store::alerts::{self, Alert, Wanted};

fn alert(kind: AlertKind, subject: &str) -> Alert {
    Alert {
        alert_id: store::new_id(),
        use_case: attrition(),
        kind,
        subject: subject.into(),
        severity: AlertSeverity::Warning,
        state: AlertState::Open,
        summary: "11 of 30 features drifted".into(),
        details: "{}".into(),
        page: "/".into(),
        times: 1,
        owner: None,
        handled_by: None,
        handled_at: None,
        note: String::new(),
        snoozed_until: None,
        opened_at: at(1),
        seen_at: at(1),
        resolved_at: None,
    }
}

fn channel(name: &str, use_case: Option<UseCaseId>) -> Channel {
    Channel {
        channel_id: store::new_id(),
        name: name.into(),
        use_case,
        kind: ChannelKind::Email,
        target: "a@example.org\nb@example.org".into(),
        secret: String::new(),
        kinds: vec![AlertKind::Drift, AlertKind::ReviewWaiting],
        role: Some(Role::Analyst),
        digest: true,
        enabled: true,
        created_by: "ann".into(),
        created_at: at(1),
    }
}

fn delivery(key: &str, alert: &Alert, channel: &Channel) -> Delivery {
    Delivery {
        delivery_id: store::new_id(),
        delivery_key: key.into(),
        alert_id: Some(alert.alert_id.clone()),
        channel_id: channel.channel_id.clone(),
        recipient: "a@example.org".into(),
        event: AlertEvent::Opened,
        message: "{}".into(),
        state: DeliveryState::Waiting,
        attempts: 0,
        next_attempt: at(10),
        last_error: String::new(),
        reference: None,
        created_at: at(1),
        ended_at: None,
    }
}

#[tokio::test]
async fn one_alert_is_open_for_a_subject_and_a_resolved_one_stays() {
    for (store, _folder) in stores("alerts").await {
        let own = alert(AlertKind::Drift, "version 1");
        let mut writer = store.begin().await.unwrap();
        alerts::insert(&mut writer, &own).await.unwrap();
        let others = [
            alert(AlertKind::Drift, "version 2"),
            alert(AlertKind::Performance, "version 1"),
            Alert {
                use_case: "churn".into(),
                ..alert(AlertKind::Drift, "version 1")
            },
        ];
        for other in &others {
            alerts::insert(&mut writer, other).await.unwrap();
        }
        writer.commit().await.unwrap();
        let mut writer = store.begin().await.unwrap();
        let twice = alerts::insert(&mut writer, &alert(AlertKind::Drift, "version 1")).await;
        assert!(twice.is_err());
        drop(writer);

        let mut writer = store.begin().await.unwrap();
        let changed = Alert {
            severity: AlertSeverity::Critical,
            state: AlertState::Snoozed,
            owner: Some("ann".into()),
            handled_by: Some("bo".into()),
            handled_at: Some(at(5)),
            snoozed_until: Some(at(9)),
            times: 2,
            seen_at: at(5),
            ..own.clone()
        };
        alerts::update(&mut writer, &changed).await.unwrap();
        let found = alerts::open_of(&mut writer, &attrition(), AlertKind::Drift, "version 1").await;
        assert_eq!(found.unwrap(), Some(changed.clone()));
        assert_eq!(
            alerts::open_count(&mut writer, &attrition()).await.unwrap(),
            3
        );
        let resolved = Alert {
            state: AlertState::Resolved,
            snoozed_until: None,
            resolved_at: Some(at(6)),
            ..changed
        };
        alerts::update(&mut writer, &resolved).await.unwrap();
        // The same may be found again.
        alerts::insert(&mut writer, &alert(AlertKind::Drift, "version 1"))
            .await
            .unwrap();
        writer.commit().await.unwrap();
        for statement in [
            "update alert set note = 'x' where state = 'resolved'",
            "update alert set state = 'open' where state = 'resolved'",
            "delete from alert",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }

        let (id, every) = (attrition(), Wanted::default());
        let count = async |wanted: Wanted<'_>| {
            let mut reader = store.read().await.unwrap();
            alerts::list(&mut reader, wanted, 9).await.unwrap().len()
        };
        assert_eq!(count(every).await, 5);
        let open = Wanted {
            open: true,
            use_case: Some(&id),
            ..every
        };
        assert_eq!(count(open).await, 3);
        let drift = Wanted {
            kind: Some(AlertKind::Drift),
            ..open
        };
        assert_eq!(count(drift).await, 2);
        let past = Wanted {
            state: Some(AlertState::Resolved),
            ..every
        };
        assert_eq!(count(past).await, 1);
    }
}

#[tokio::test]
async fn a_message_is_claimed_once_and_what_has_ended_stays() {
    for (store, _folder) in stores("deliveries").await {
        let own = alert(AlertKind::Drift, "version 1");
        let (mail, all) = (channel("mail", Some(attrition())), channel("all", None));
        let first = delivery("a", &own, &mail);
        let second = delivery("b", &own, &mail);
        let elsewhere = delivery("c", &own, &all);
        let mut writer = store.begin().await.unwrap();
        for channel in [&mail, &all] {
            channels::insert(&mut writer, channel).await.unwrap();
        }
        deliveries::insert(
            &mut writer,
            &[first.clone(), second.clone(), elsewhere.clone()],
        )
        .await
        .unwrap();
        let again = Delivery {
            delivery_id: store::new_id(),
            ..first.clone()
        };
        deliveries::insert(&mut writer, &[again]).await.unwrap();
        writer.commit().await.unwrap();
        let list = channels::list(&mut store.read().await.unwrap()).await;
        assert_eq!(list.unwrap(), [all.clone(), mail.clone()]);

        let due = async |until: i64| -> Vec<String> {
            let mut reader = store.read().await.unwrap();
            let found = deliveries::due(&mut reader, at(until), 9).await.unwrap();
            found.into_iter().map(|own| own.delivery_key).collect()
        };
        assert_eq!(due(9).await, [""; 0]);
        assert_eq!(due(10).await, ["a", "c"], "the second waits for the first");

        let mut writer = store.begin().await.unwrap();
        assert!(
            deliveries::claim(&mut writer, &first, at(100))
                .await
                .unwrap()
        );
        assert!(
            !deliveries::claim(&mut writer, &first, at(100))
                .await
                .unwrap()
        );
        writer.commit().await.unwrap();
        assert_eq!(due(50).await, ["c"]);
        let mut writer = store.begin().await.unwrap();
        let id = &first.delivery_id;
        deliveries::postpone(&mut writer, id, at(40), "away")
            .await
            .unwrap();
        deliveries::end(&mut writer, id, DeliveryState::Sent, "", Some("7"))
            .await
            .unwrap();
        writer.commit().await.unwrap();
        assert_eq!(due(50).await, ["b", "c"]);
        let mut writer = store.begin().await.unwrap();
        let reference = deliveries::reference(&mut writer, &own.alert_id, &mail.channel_id).await;
        assert_eq!(reference.unwrap().as_deref(), Some("7"));
        deliveries::drop_of_channel(&mut writer, &all.channel_id, "removed")
            .await
            .unwrap();
        assert!(
            channels::set_enabled(&mut writer, &mail.channel_id, false)
                .await
                .unwrap()
        );
        assert!(
            !channels::set_enabled(&mut writer, &mail.channel_id, false)
                .await
                .unwrap()
        );
        channels::remove(&mut writer, &all.channel_id)
            .await
            .unwrap();
        writer.commit().await.unwrap();
        let found = deliveries::of_alert(&mut store.read().await.unwrap(), &own.alert_id).await;
        let states: Vec<_> = found.unwrap().iter().map(|own| own.state).collect();
        assert_eq!(
            states,
            [
                DeliveryState::Sent,
                DeliveryState::Waiting,
                DeliveryState::Dropped
            ]
        );
        for statement in [
            "update alert_delivery set state = 'waiting' where state = 'sent'",
            "update alert_delivery set message = 'x' where state = 'dropped'",
            "delete from alert_delivery",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
    }
}

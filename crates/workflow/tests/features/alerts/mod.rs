//! Alerts: what raises and resolves them, that nothing is told twice, who may take them up, and that
//! messages arrive at real servers or are tried again.

mod channels;
mod delivery;
mod raising;
mod servers;

use domain::{AlertKind, ChannelKind, Purpose, Timestamp};
use monitoring::simulation::{self, Kind};
use servers::{HttpServer, MailServer};
use store::alerts::channels::Channel;
use workflow::{
    Actor, AlertOptions, AlertQuery, AlertRow, AlertSettings, Delivered, MailOptions, NewChannel,
    Result,
};

use crate::app::{TestApp, USE_CASE};

pub const PASSWORD: &str = "mail-hunter2";
pub const KEY: &str = "hook-hunter2";

/// An application with receivers.
pub struct Alerting {
    pub app: TestApp,
    pub mail: MailServer,
    pub http: HttpServer,
}

pub fn days(number: i64) -> Timestamp {
    store::now().plus_seconds(number * 24 * 3600)
}

pub fn seconds(number: i64) -> Timestamp {
    store::now().plus_seconds(number)
}

impl Alerting {
    pub async fn new(mut app: TestApp) -> Self {
        let (mail, http) = (MailServer::start().await, HttpServer::start().await);
        let own = Self::secret(&app, "mail", PASSWORD);
        let options = MailOptions {
            host: "127.0.0.1".into(),
            port: Some(mail.port),
            from: "Tenure <tenure@example.org>".into(),
            tls: Some("none".into()),
            user: Some("tenure".into()),
            password: Some(own),
        };
        let base = Some("https://tenure.example".to_owned());
        let settings = AlertSettings::new(Some(&options), &AlertOptions::default(), base);
        app.tenure = app.tenure.clone().with_alerts(settings.unwrap());
        Self { app, mail, http }
    }

    /// A secret in a file; where it is.
    fn secret(app: &TestApp, name: &str, text: &str) -> String {
        let file = app.folder().join(format!("secret-{name}"));
        std::fs::write(&file, format!("{text}\n")).unwrap();
        format!("file:{}", file.display())
    }

    /// A channel of a kind to the servers of the test.
    pub fn channel(&self, kind: ChannelKind) -> NewChannel {
        let http = &self.http.address;
        let (target, secret) = match kind {
            ChannelKind::Email => ("hr@example.org".to_owned(), String::new()),
            ChannelKind::Webhook => (format!("{http}/hook"), KEY.to_owned()),
            ChannelKind::Slack => (String::new(), format!("{http}/slack/{KEY}")),
            ChannelKind::PagerDuty => (format!("{http}/pager"), KEY.to_owned()),
            ChannelKind::GitHub => (format!("{http}/repos/acme/people"), KEY.to_owned()),
        };
        NewChannel {
            name: kind.as_str().to_owned(),
            kind,
            use_case: None,
            target: vec![target],
            secret: match secret.as_str() {
                "" => String::new(),
                own => Self::secret(&self.app, kind.as_str(), own),
            },
            kinds: Vec::new(),
            role: None,
            digest: false,
        }
    }

    pub async fn add(&self, new: NewChannel) -> Result<Channel> {
        let local = Actor::local();
        self.app.tenure.add_channel(&local.admin()?, new).await
    }

    pub async fn add_kind(&self, kind: ChannelKind) {
        self.add(self.channel(kind)).await.unwrap();
    }

    pub async fn add_all(&self) {
        for kind in ChannelKind::ALL {
            self.add_kind(*kind).await;
        }
    }

    pub async fn alerts(&self) -> Vec<AlertRow> {
        self.list(false).await
    }

    pub async fn past(&self) -> Vec<AlertRow> {
        self.list(true).await
    }

    async fn list(&self, all: bool) -> Vec<AlertRow> {
        let ann = self.app.actor("ann").await;
        let query = AlertQuery {
            use_case: Some(USE_CASE.into()),
            all,
            ..AlertQuery::default()
        };
        let member = ann.member().unwrap();
        self.app.tenure.alerts(&member, &query).await.unwrap()
    }

    /// The open alert of a kind.
    pub async fn of(&self, kind: AlertKind) -> Option<AlertRow> {
        let all = self.alerts().await;
        all.into_iter().find(|alert| alert.kind == kind)
    }

    pub async fn deliver(&self, now: Timestamp) -> Delivered {
        self.app.tenure.deliver_due(now).await.unwrap()
    }

    pub async fn evaluate(&self, now: Timestamp) {
        self.app.tenure.evaluate_alerts(now).await.unwrap();
    }

    /// Imports the people of a month, with or without drift, and checks them.
    pub async fn month(&self, day: &str, drift: bool) {
        let settings = simulation::Settings {
            people: 600,
            months: 3,
            seed: 3,
            drift: drift.then_some((Kind::SegmentShift, 1)),
            ..simulation::Settings::default()
        };
        let people = simulation::simulate(&settings).remove(2).people;
        self.app.import_month(&people, day, Purpose::Scoring).await;
        self.check(day).await;
    }

    pub async fn check(&self, day: &str) {
        let ann = self.app.actor("ann").await;
        let contributor = ann.contributor().unwrap();
        let checked = self
            .app
            .tenure
            .check_drift(&contributor, USE_CASE, Some(day));
        checked.await.unwrap();
    }
}

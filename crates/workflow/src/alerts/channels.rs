//! Channels are added, removed, turned on and off, and tried out.

use std::collections::BTreeSet;

use data::sources::Secret;
use delivery::{Note, check_address, check_recipient, check_repository};
use domain::{
    AlertEvent, AlertKind, AlertSeverity, AuditEvent, ChannelKind, DeliveryState, ProblemCode,
    RefusalCode, Role, Subject,
};
use serde::Serialize;
use store::alerts::channels::{self, Channel};
use store::alerts::deliveries::{self, Delivery};
use store::audit;

use super::messages::{delivery, recipients};
use super::secrets::NO_MAIL;
use crate::actor::Origin;
use crate::error::Problems;
use crate::{Admin, Error, Result, Tenure};

/// Letters that a name may have.
const MOST_NAME_LETTERS: usize = 40;
/// Addresses of e-mail that a channel may have.
const MOST_RECIPIENTS: usize = 50;

/// A channel as somebody describes it.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// Lower-case letters, digits and hyphens.
    pub name: String,
    pub kind: ChannelKind,
    /// Absent: all of them.
    pub use_case: Option<String>,
    /// Addresses of e-mail; the URL of a webhook; a repository; nothing, or the address for events
    /// of PagerDuty.
    pub target: Vec<String>,
    /// `env:NAME`, `file:PATH`, or empty.
    pub secret: String,
    /// Empty: all.
    pub kinds: Vec<AlertKind>,
    pub role: Option<Role>,
    pub digest: bool,
}

/// What became of a test message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tested {
    pub channel: String,
    pub received: bool,
    /// Why it was not received; empty when it was.
    pub problem: String,
}

impl Tested {
    /// For a person.
    pub fn sentence(&self) -> String {
        match self.received {
            true => format!("The test message to {} was received.", self.channel),
            false => format!(
                "The test message to {} was not received. {}",
                self.channel, self.problem
            ),
        }
    }
}

impl Tenure {
    /// Adds a channel: on the command line only, since it makes the server read its own files and
    /// variables and talk to others.
    ///
    /// # Errors
    /// [`Error::Forbidden`] elsewhere; [`Error::Fields`] with everything that is wrong. Nothing is sent yet.
    pub async fn add_channel(&self, admin: &Admin<'_>, new: NewChannel) -> Result<Channel> {
        if *admin.actor().origin() != Origin::CommandLine {
            return Err(Error::forbidden(
                RefusalCode::CommandLineOnly,
                "Channels are added on the command line: tenure alert channel add.",
            ));
        }
        let use_case = match &new.use_case {
            Some(id) => Some(self.use_case(id)?.id.as_str().into()),
            None => None,
        };
        let mut problems = Problems::default();
        let name = problems.note(name(&new.name))?;
        let target = problems.note(self.channel_target(&new))?;
        let secret = problems.note(secret(&new))?;
        problems.note(audience(&new))?;
        problems.none()?;
        let (Some(name), Some(target), Some(secret)) = (name, target, secret) else {
            return Err(Error::internal("a value without a problem is missing"));
        };
        let kinds: BTreeSet<AlertKind> = new.kinds.iter().copied().collect();
        let channel = Channel {
            channel_id: store::new_id(),
            name,
            use_case,
            kind: new.kind,
            target,
            secret,
            kinds: kinds.into_iter().collect(),
            role: new.role,
            digest: new.digest,
            enabled: true,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        if channels::by_name(&mut transaction, &channel.name)
            .await?
            .is_some()
        {
            let message = format!("There is a channel named {} already.", channel.name);
            return Err(Error::field("name", ProblemCode::Duplicate, message));
        }
        channels::insert(&mut transaction, &channel).await?;
        let event = AuditEvent::ChannelAdd {
            kind: channel.kind,
            use_case: channel.use_case.clone(),
            kinds: channel.kinds.clone(),
            role: channel.role,
            digest: channel.digest,
        };
        let subject = Subject::Channel(channel.name.clone());
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(channel)
    }

    /// Removes a channel. What waits for it is dropped.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name, [`Error::Forbidden`] elsewhere than on the command line.
    pub async fn remove_channel(&self, admin: &Admin<'_>, name: &str) -> Result<()> {
        if *admin.actor().origin() != Origin::CommandLine {
            return Err(Error::forbidden(
                RefusalCode::CommandLineOnly,
                "Channels are removed on the command line: tenure alert channel remove.",
            ));
        }
        let channel = self.channel(name).await?;
        let mut transaction = self.store.begin().await?;
        let because = "The channel was removed.";
        deliveries::drop_of_channel(&mut transaction, &channel.channel_id, because).await?;
        channels::remove(&mut transaction, &channel.channel_id).await?;
        let subject = Subject::Channel(channel.name);
        let event = AuditEvent::ChannelRemove {};
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        Ok(transaction.commit().await?)
    }

    /// Turns a channel on or off. What waits for one that is turned off is dropped.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name.
    pub async fn switch_channel(
        &self,
        admin: &Admin<'_>,
        name: &str,
        enabled: bool,
    ) -> Result<Channel> {
        let channel = self.channel(name).await?;
        let mut transaction = self.store.begin().await?;
        if channels::set_enabled(&mut transaction, &channel.channel_id, enabled).await? {
            let event = if enabled {
                AuditEvent::ChannelEnable {}
            } else {
                let because = "The channel was disabled.";
                deliveries::drop_of_channel(&mut transaction, &channel.channel_id, because).await?;
                AuditEvent::ChannelDisable {}
            };
            let subject = Subject::Channel(channel.name.clone());
            audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        }
        transaction.commit().await?;
        Ok(Channel { enabled, ..channel })
    }

    /// Sends a test message to every receiver of a channel, and waits for what they answer.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such channel. What the receiver says is the result.
    pub async fn test_channel(&self, admin: &Admin<'_>, name: &str) -> Result<Tested> {
        let channel = self.channel(name).await?;
        let now = store::now();
        let mut problem = String::new();
        let mut tried = Vec::new();
        for to in recipients(&channel) {
            let id: String = store::new_id();
            let note = test_note(&channel, &id);
            let waiting = delivery(&channel, to, format!("test/{id}"), &note, now)?;
            let sent = self.send(&channel, &waiting, now).await;
            let (state, last_error) = match sent {
                Ok(_) => (DeliveryState::Sent, String::new()),
                Err(error) => (DeliveryState::Failed, error.to_string()),
            };
            if !last_error.is_empty() {
                tracing::warn!(channel = channel.name, error = last_error, "a test failed");
                problem.clone_from(&last_error);
            }
            tried.push(Delivery {
                state,
                last_error,
                attempts: 1,
                ended_at: Some(store::now()),
                ..waiting
            });
        }
        let received = problem.is_empty();
        let mut transaction = self.store.begin().await?;
        deliveries::insert(&mut transaction, &tried).await?;
        let subject = Subject::Channel(channel.name.clone());
        let event = AuditEvent::ChannelTest { received };
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(Tested {
            channel: channel.name,
            received,
            problem,
        })
    }

    pub(super) async fn channel(&self, name: &str) -> Result<Channel> {
        let found = channels::by_name(&mut self.store.read().await?, name).await?;
        found.ok_or_else(|| {
            Error::NotFound(format!(
                "There is no channel named {name}. List them with `tenure alert channel list`."
            ))
        })
    }

    fn channel_target(&self, new: &NewChannel) -> Result<String> {
        let given: Vec<&str> = new
            .target
            .iter()
            .flat_map(|text| text.split([',', '\n']))
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        let wrong = |message: &str| Error::field("target", ProblemCode::Format, message);
        let refused = |error: delivery::Error| wrong(&error.to_string());
        let allowed = &self.alerts.allowed_hosts;
        let only = || match given.as_slice() {
            [] => Ok(""),
            [one] => Ok(*one),
            _ => Err(wrong("This kind of channel has one address.")),
        };
        let address = |text: &str| check_address(text, allowed).map(drop).map_err(refused);
        match new.kind {
            ChannelKind::Email => {
                if self.alerts.mail.is_none() {
                    return Err(wrong(NO_MAIL));
                }
                if given.is_empty() || given.len() > MOST_RECIPIENTS {
                    let most = format!("Name 1 to {MOST_RECIPIENTS} e-mail addresses.");
                    return Err(wrong(&most));
                }
                for to in &given {
                    check_recipient(to).map_err(refused)?;
                }
                let mut seen = BTreeSet::new();
                let own = given
                    .into_iter()
                    .filter(|to| seen.insert(to.to_lowercase()));
                Ok(own.collect::<Vec<_>>().join("\n"))
            }
            ChannelKind::Slack => match only()? {
                "" => Ok(String::new()),
                _ => Err(wrong(
                    "The address of a Slack webhook is a secret: say where it is, env:NAME or file:PATH.",
                )),
            },
            ChannelKind::Webhook => match only()? {
                "" => Err(wrong("Enter the address of the webhook.")),
                own => address(own).map(|()| own.to_owned()),
            },
            ChannelKind::PagerDuty => match only()? {
                "" => Ok(String::new()),
                own => address(own).map(|()| own.to_owned()),
            },
            ChannelKind::GitHub => {
                let own = only()?;
                address(&check_repository(own).map_err(refused)?)?;
                Ok(own.to_owned())
            }
        }
    }
}

fn test_note(channel: &Channel, id: &str) -> Note {
    Note {
        id: String::new(),
        event: AlertEvent::Test,
        alert: format!("test-{id}"),
        kind: "test".into(),
        use_case: channel
            .use_case
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        severity: AlertSeverity::Warning,
        subject: "Test message of Tenure".into(),
        summary: format!(
            "This is a test of the channel {}. Nothing has to be done.",
            channel.name
        ),
        sections: Vec::new(),
        facts: serde_json::json!({ "channel": channel.name }),
        link: None,
        at: store::now(),
    }
}

fn name(text: &str) -> Result<String> {
    let is_name =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if text.is_empty() || text.len() > MOST_NAME_LETTERS || !text.chars().all(is_name) {
        let message = format!(
            "The name must consist of 1 to {MOST_NAME_LETTERS} lowercase letters, digits and hyphens."
        );
        return Err(Error::field("name", ProblemCode::Format, message));
    }
    Ok(text.to_owned())
}

/// Where the secret is. E-mail has the one of the mail server.
fn secret(new: &NewChannel) -> Result<String> {
    let wrong = |message: &str| Error::field("secret", ProblemCode::Format, message);
    let secret = Secret::parse(&new.secret)
        .map_err(|_| wrong("Say where the secret is: env:NAME or file:PATH."))?;
    match (new.kind, &secret) {
        (ChannelKind::Email, Secret::None) => {}
        (ChannelKind::Email, _) => {
            return Err(wrong(
                "The password of the mail server is set in tenure.toml, under [mail].",
            ));
        }
        (_, Secret::None) => {
            return Err(wrong(match new.kind {
                ChannelKind::Slack => {
                    "Say where the address of the Slack webhook is: env:NAME or file:PATH."
                }
                ChannelKind::PagerDuty => "Say where the routing key is: env:NAME or file:PATH.",
                ChannelKind::GitHub => {
                    "Say where a token that may write issues is: env:NAME or file:PATH."
                }
                ChannelKind::Webhook | ChannelKind::Email => {
                    "Say where the signing key is: env:NAME or file:PATH."
                }
            }));
        }
        (_, Secret::Environment(_) | Secret::File(_)) => {}
    }
    Ok(secret.to_string())
}

/// A channel that would never get anything is a mistake.
fn audience(new: &NewChannel) -> Result<()> {
    if new.digest {
        let analysts = new.role.is_none_or(|role| role == Role::Analyst);
        if new.kind != ChannelKind::Email || !analysts {
            return Err(Error::field(
                "digest",
                ProblemCode::Format,
                "The digest is sent by e-mail to analysts.",
            ));
        }
    }
    let Some(role) = new.role else {
        return Ok(());
    };
    if let Some(kind) = new
        .kinds
        .iter()
        .find(|kind| !kind.audience().contains(&role))
    {
        let message = format!("Alerts of the kind {kind} are not for the role {role}.");
        return Err(Error::field("kinds", ProblemCode::Format, message));
    }
    Ok(())
}

//! Where a message goes, with the secrets that it needs: they live as long as the attempt.

use domain::Timestamp;

use crate::{AllowedHosts, MailServer, Note, Result, github, mail, pagerduty, slack, webhook};

/// A receiver.
#[derive(Clone)]
pub enum Target {
    /// One address of e-mail.
    Email {
        /// The server that takes it.
        server: MailServer,
        /// The address.
        to: String,
    },
    /// An incoming webhook.
    Slack {
        /// Its address, which is the secret.
        url: String,
    },
    /// A webhook with a signature.
    Webhook {
        /// Its address.
        url: String,
        /// The key of the signature.
        key: String,
    },
    /// A service of PagerDuty.
    PagerDuty {
        /// Where events go.
        url: String,
        /// Which service.
        routing_key: String,
    },
    /// The issues of a repository.
    GitHub {
        /// Address of the repository in the API.
        repository: String,
        /// A token that may write issues.
        token: String,
    },
}

/// Sends a message, once; gives what the receiver calls the alert. `reference`: what it called it
/// before.
///
/// # Errors
/// [`crate::Error::Temporary`] when the same may work later, [`crate::Error::Refused`] when it will not. No message holds a secret.
pub async fn send(
    target: &Target,
    note: &Note,
    reference: Option<&str>,
    allowed: &AllowedHosts,
    now: Timestamp,
) -> Result<Option<String>> {
    match target {
        Target::Email { server, to } => mail::deliver(server, to, note, allowed)
            .await
            .map(|()| None),
        Target::Slack { url } => slack::deliver(url, note, allowed)
            .await
            .map(|()| None)
            .map_err(|error| error.without(url)),
        Target::Webhook { url, key } => webhook::deliver(url, key, note, now, allowed)
            .await
            .map(|()| None)
            .map_err(|error| error.without(key)),
        Target::PagerDuty { url, routing_key } => {
            pagerduty::deliver(url, routing_key, note, allowed)
                .await
                .map(|()| None)
                .map_err(|error| error.without(routing_key))
        }
        Target::GitHub { repository, token } => {
            github::deliver(repository, token, note, reference, allowed)
                .await
                .map(Some)
                .map_err(|error| error.without(token))
        }
    }
}

//! The receiver of a message with its secrets, read when they are needed.

use data::sources::Secret;
use delivery::{EVENTS, MailServer, Target, check_repository};
use domain::ChannelKind;
use store::alerts::channels::Channel;

use super::settings::AlertSettings;

/// No mail server is set.
pub(super) const NO_MAIL: &str =
    "No mail server is set. Add [mail] with host and from to tenure.toml.";

/// Who gets a message of a channel.
pub(super) fn target(
    channel: &Channel,
    recipient: &str,
    settings: &AlertSettings,
) -> delivery::Result<Target> {
    let secret = || read(&channel.secret);
    Ok(match channel.kind {
        ChannelKind::Email => {
            let mail = settings
                .mail
                .as_ref()
                .ok_or_else(|| delivery::Error::temporary(NO_MAIL))?;
            let password = match &mail.password {
                Secret::None => None,
                own @ (Secret::Environment(_) | Secret::File(_)) => Some(read(&own.to_string())?),
            };
            Target::Email {
                server: MailServer {
                    host: mail.host.clone(),
                    port: mail.port,
                    security: mail.security,
                    user: mail.user.clone(),
                    password,
                    from: mail.from.clone(),
                },
                to: recipient.to_owned(),
            }
        }
        ChannelKind::Slack => Target::Slack { url: secret()? },
        ChannelKind::Webhook => Target::Webhook {
            url: channel.target.clone(),
            key: secret()?,
        },
        ChannelKind::PagerDuty => Target::PagerDuty {
            url: match channel.target.as_str() {
                "" => EVENTS.to_owned(),
                own => own.to_owned(),
            },
            routing_key: secret()?,
        },
        ChannelKind::GitHub => Target::GitHub {
            repository: check_repository(&channel.target)?,
            token: secret()?,
        },
    })
}

/// A secret; one that is not there now may be later, after somebody has put it there.
fn read(place: &str) -> delivery::Result<String> {
    let secret = Secret::parse(place).and_then(|own| own.read());
    match secret {
        Ok(Some(secret)) => Ok(secret.trim().to_owned()),
        Ok(None) => Err(delivery::Error::refused("The channel names no secret.")),
        Err(error) => {
            let error = domain::format::sentence(&error.to_string());
            Err(delivery::Error::temporary(
                error.replace("password", "secret"),
            ))
        }
    }
}

//! Settings of an installation: the mail server, which hosts inside of the network may be reached,
//! and when a review counts as late.

use data::sources::Secret;
use delivery::{AllowedHosts, MailSecurity, check_recipient};
use serde::Deserialize;

use crate::{Error, Result};

/// Days until a review that waits is told.
const WAITING_DAYS: u32 = 3;
/// Days until it is critical.
const OVERDUE_DAYS: u32 = 7;

/// `[mail]` of `tenure.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailOptions {
    pub host: String,
    /// That of the kind of connection when absent: 465, 587 or 25.
    pub port: Option<u16>,
    /// The sender.
    pub from: String,
    /// starttls (when absent), tls or none.
    pub tls: Option<String>,
    pub user: Option<String>,
    /// Where the password is: env:NAME or file:PATH.
    pub password: Option<String>,
}

/// `[alerts]` of `tenure.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertOptions {
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    pub review_waiting_days: Option<u32>,
    pub review_overdue_days: Option<u32>,
}

/// A mail server; its password is read when a message is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: Option<String>,
    pub password: Secret,
    pub from: String,
}

/// Checked settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertSettings {
    pub(crate) mail: Option<Mail>,
    pub(crate) allowed_hosts: AllowedHosts,
    pub(crate) review_waiting_days: u32,
    pub(crate) review_overdue_days: u32,
    /// Where the pages are, without a trailing slash; `None`: messages have no link.
    pub(crate) base_url: Option<String>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            mail: None,
            allowed_hosts: AllowedHosts::default(),
            review_waiting_days: WAITING_DAYS,
            review_overdue_days: OVERDUE_DAYS,
            base_url: None,
        }
    }
}

impl AlertSettings {
    /// # Errors
    /// [`Error::Invalid`] with what is wrong.
    pub fn new(
        mail: Option<&MailOptions>,
        alerts: &AlertOptions,
        base_url: Option<String>,
    ) -> Result<Self> {
        let waiting = alerts.review_waiting_days.unwrap_or(WAITING_DAYS);
        let overdue = alerts
            .review_overdue_days
            .unwrap_or(OVERDUE_DAYS.max(waiting));
        if overdue < waiting {
            return Err(Error::Invalid(format!(
                "alerts.review_overdue_days ({overdue}) must not be less than review_waiting_days ({waiting})."
            )));
        }
        Ok(Self {
            mail: mail.map(checked).transpose()?,
            allowed_hosts: AllowedHosts::parse(&alerts.allowed_hosts)
                .map_err(|problem| Error::Invalid(format!("alerts.allowed_hosts: {problem}")))?,
            review_waiting_days: waiting,
            review_overdue_days: overdue,
            base_url,
        })
    }
}

fn checked(mail: &MailOptions) -> Result<Mail> {
    let wrong = |what: &str| Error::Invalid(format!("mail.{what}"));
    let (security, usual) = match mail.tls.as_deref().unwrap_or("starttls") {
        "starttls" => (MailSecurity::StartTls, 587),
        "tls" => (MailSecurity::Tls, 465),
        "none" => (MailSecurity::None, 25),
        other => {
            return Err(wrong(&format!(
                "tls: “{other}” is not valid. Use starttls, tls or none."
            )));
        }
    };
    if mail.host.trim().is_empty() || mail.host.contains(char::is_whitespace) {
        return Err(wrong("host: Enter the name of the mail server."));
    }
    check_recipient(&mail.from).map_err(|error| wrong(&format!("from: {error}")))?;
    let password = Secret::parse(mail.password.as_deref().unwrap_or_default())
        .map_err(|_| wrong("password: Say where the password is: env:NAME or file:PATH."))?;
    if mail.user.is_some() != (password != Secret::None) {
        return Err(wrong("user: Give both user and password, or neither."));
    }
    Ok(Mail {
        host: mail.host.clone(),
        port: mail.port.unwrap_or(usual),
        security,
        user: mail.user.clone(),
        password,
        from: mail.from.clone(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn settings_are_checked_and_no_password_is_repeated() {
        let good = MailOptions {
            host: "mail.example.org".into(),
            from: "Tenure <tenure@example.org>".into(),
            user: Some("tenure".into()),
            password: Some("env:TENURE_MAIL".into()),
            ..MailOptions::default()
        };
        let own = AlertSettings::new(Some(&good), &AlertOptions::default(), None).unwrap();
        let mail = own.mail.unwrap();
        assert_eq!((mail.port, mail.security), (587, MailSecurity::StartTls));
        let bad = [
            MailOptions {
                password: Some("hunter2".into()),
                ..good.clone()
            },
            MailOptions {
                user: None,
                ..good.clone()
            },
            MailOptions {
                tls: Some("ssl".into()),
                ..good.clone()
            },
            MailOptions {
                from: "a@b.c\nBcc: d@e.f".into(),
                ..good.clone()
            },
            MailOptions {
                host: String::new(),
                ..good
            },
        ];
        for own in bad {
            let error = AlertSettings::new(Some(&own), &AlertOptions::default(), None).unwrap_err();
            assert!(!error.to_string().contains("hunter2"));
        }
        let days = AlertOptions {
            review_waiting_days: Some(9),
            review_overdue_days: Some(2),
            ..AlertOptions::default()
        };
        assert!(AlertSettings::new(None, &days, None).is_err());
    }
}

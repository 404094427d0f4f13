//! E-mail by SMTP: plain text, one receiver a message.

use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::address::is_this_machine;
use crate::note::one_line;
use crate::{AllowedHosts, Error, Note, Result};

/// For each step of the conversation.
const STEP: Duration = Duration::from_secs(10);
/// For all of it.
const TIME: Duration = Duration::from_secs(30);
/// Letters of what a server said that are shown.
const SHOWN: usize = 200;

/// How the connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after a greeting, or nothing is sent (port 587).
    StartTls,
    /// None: for a server on this machine.
    None,
}

/// A mail server with what it needs. Without `Debug`: it holds a password.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Name of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: MailSecurity,
    /// The account; `None` where none is needed.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The sender, `Tenure <tenure@example.org>` or an address.
    pub from: String,
}

/// Whether a text is one address of e-mail.
///
/// # Errors
/// [`Error::Refused`] when it is not.
pub fn check_recipient(text: &str) -> Result<()> {
    mailbox(text).map(drop)
}

fn mailbox(text: &str) -> Result<Mailbox> {
    text.trim().parse().map_err(|_| {
        Error::refused(format!(
            "“{}” is not an e-mail address.",
            one_line(text, SHOWN)
        ))
    })
}

/// Keeps answering machines from answering.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn letter(from: Mailbox, to: Mailbox, note: &Note) -> Result<Message> {
    let domain = from.email.domain().to_owned();
    Message::builder()
        .from(from)
        .to(to)
        .subject(note.subject_line())
        // The same for every attempt, so that a second copy is known for one.
        .message_id(Some(format!("<{}@{domain}>", note.id)))
        .references(format!("<alert-{}@{domain}>", note.alert))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(note.text())
        .map_err(|error| Error::refused(format!("The message could not be written: {error}.")))
}

pub(crate) async fn deliver(
    server: &MailServer,
    to: &str,
    note: &Note,
    allowed: &AllowedHosts,
) -> Result<()> {
    let named = allowed.names(&server.host, Some(server.port));
    if server.security == MailSecurity::None && !is_this_machine(&server.host) && !named {
        return Err(Error::refused(format!(
            "The mail server {} is on another machine and must be reached by TLS. To allow it without, name it in allowed_hosts.",
            server.host
        )));
    }
    let from = mailbox(&server.from)?;
    let greeting = ClientId::Domain(from.email.domain().to_owned());
    let letter = letter(from, mailbox(to)?, note)?;
    let tls = || {
        TlsParameters::new(server.host.clone())
            .map_err(|error| Error::refused(format!("TLS could not be set up: {error}.")))
    };
    let tls = match server.security {
        MailSecurity::Tls => Tls::Wrapper(tls()?),
        MailSecurity::StartTls => Tls::Required(tls()?),
        MailSecurity::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.clone())
        .port(server.port)
        .tls(tls)
        .timeout(Some(STEP))
        .hello_name(greeting);
    if let (Some(user), Some(password)) = (&server.user, &server.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    match tokio::time::timeout(TIME, builder.build().send(letter)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            let error = told(&error);
            Err(match &server.password {
                Some(password) => error.without(password),
                None => error,
            })
        }
        Err(_) => Err(Error::temporary("The mail server did not answer in time.")),
    }
}

fn told(error: &lettre::transport::smtp::Error) -> Error {
    if error.is_permanent() || error.is_client() {
        let said = one_line(&error.to_string(), SHOWN);
        return Error::refused(format!("The mail server refused the message: {said}."));
    }
    let message = if error.is_transient() {
        let said = one_line(&error.to_string(), SHOWN);
        format!("The mail server asks to try again: {said}.")
    } else if error.is_timeout() {
        "The mail server did not answer in time.".to_owned()
    } else if error.is_tls() {
        "The TLS connection to the mail server could not be made.".to_owned()
    } else {
        "The mail server could not be reached, or does not speak SMTP.".to_owned()
    };
    Error::temporary(message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::note::tests::note;

    #[test]
    fn a_name_adds_no_header_and_no_receiver() {
        let own = note("New: attrition\r\nBcc: all@example.org\r\n\r\n<script>");
        let from = mailbox("Tenure <tenure@example.org>").unwrap();
        let letter = letter(from, mailbox("hr@example.org").unwrap(), &own).unwrap();
        assert_eq!(letter.envelope().to().len(), 1);
        let text = String::from_utf8(letter.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("\nBcc"), "{head}");
        for line in [
            "Auto-Submitted: auto-generated",
            "Message-ID: <n1@example.org>",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(head.contains(line), "{head}");
        }
    }

    #[test]
    fn an_address_is_one_address() {
        for good in ["hr@example.org", "HR <hr@example.org>"] {
            assert!(check_recipient(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "hr",
            "a@b.c, d@e.f",
            "a@b.c\r\nBcc: d@e.f",
            "a@b.c>\r\nRCPT TO:<d@e.f",
        ] {
            assert!(check_recipient(bad).is_err(), "{bad}");
        }
    }
}

//! Where the password of a source is. The password itself is read when it is needed and kept
//! nowhere.

use std::path::PathBuf;

use super::error::SourceError;

/// A password that stands somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Secret {
    /// None is needed.
    #[default]
    None,
    /// An environment variable of the Tenure process.
    Environment(String),
    /// A file that the Tenure process can read, for example one mounted by the container platform.
    /// A line break at its end does not count.
    File(PathBuf),
}

impl Secret {
    /// Parses `env:NAME`, `file:PATH` or an empty text.
    ///
    /// # Errors
    /// For anything else; the text may be a password, so the message does not repeat it.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        match text.split_once(':') {
            None if text.is_empty() => Ok(Self::None),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            None | Some(_) => Err(SourceError::Secret(
                "say where the password is: env:NAME or file:PATH".into(),
            )),
        }
    }

    /// The password; `None` when none is needed.
    ///
    /// # Errors
    /// When the variable or the file is not there, is empty or is not text.
    pub fn read(&self) -> Result<Option<String>, SourceError> {
        let (what, text) = match self {
            Self::None => return Ok(None),
            Self::Environment(name) => (
                format!("the environment variable {name}"),
                std::env::var(name).map_err(|error| error.to_string()),
            ),
            Self::File(path) => (
                format!("the file {}", path.display()),
                std::fs::read_to_string(path).map_err(|error| error.to_string()),
            ),
        };
        let text = text.map_err(|why| {
            SourceError::Secret(format!("the password cannot be read from {what}: {why}"))
        })?;
        let password = text.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(SourceError::Secret(format!(
                "the password cannot be read from {what}: it is empty"
            )));
        }
        Ok(Some(password.to_owned()))
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Environment(name) => write!(formatter, "env:{name}"),
            Self::File(path) => write!(formatter, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_secret_says_where_the_password_is() {
        for text in ["", "env:HR_PASSWORD", "file:/run/secrets/hr"] {
            assert_eq!(Secret::parse(text).unwrap().to_string(), text);
        }
        for text in ["hunter2", "env:", "file:", "password:hunter2"] {
            assert!(
                matches!(Secret::parse(text), Err(SourceError::Secret(why)) if !why.contains("hunter2")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_password_is_read_when_it_is_needed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let secret = Secret::File(file.clone());
        assert!(secret.read().is_err(), "it is not there");
        std::fs::write(&file, "\n").unwrap();
        assert!(secret.read().is_err(), "it is empty");
        std::fs::write(&file, "two words \n").unwrap();
        assert_eq!(secret.read().unwrap().as_deref(), Some("two words "));
        assert_eq!(Secret::None.read(), Ok(None));
        assert!(
            Secret::Environment("TENURE_TEST_NO_SUCH_VARIABLE".into())
                .read()
                .is_err()
        );
    }
}

//! The address of a Microsoft SQL Server.

use tiberius::EncryptionLevel;

use super::error::SourceError;

const PORT: u16 = 1433;

/// What an address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub user: String,
    pub host: String,
    pub port: u16,
    pub database: String,
    pub encryption: EncryptionLevel,
    pub trusts_certificate: bool,
}

impl Server {
    /// Parses `sqlserver://USER@HOST:PORT/DATABASE?encrypt=yes|no|strict&trust_certificate=yes`.
    pub(super) fn parse(text: &str) -> Result<Self, SourceError> {
        let wrong = |why: &str| SourceError::Address(why.to_owned());
        let url = reqwest::Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        let part = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8()
                .map(|text| text.into_owned())
                .map_err(|_| wrong("the address is not UTF-8"))
        };
        let mut server = Self {
            user: part(url.username())?,
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port().unwrap_or(PORT),
            database: part(url.path().trim_start_matches('/'))?,
            encryption: EncryptionLevel::Required,
            trusts_certificate: false,
        };
        for (name, value) in url.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                ("encrypt", "yes") | ("trust_certificate", "no") => {}
                ("encrypt", "no") => server.encryption = EncryptionLevel::NotSupported,
                // TDS 8.0, of SQL Server 2022 on.
                ("encrypt", "strict") => server.encryption = EncryptionLevel::Strict,
                ("trust_certificate", "yes") => server.trusts_certificate = true,
                _ => {
                    return Err(wrong(
                        "the options of SQL Server are encrypt=yes|no|strict and trust_certificate=yes|no",
                    ));
                }
            }
        }
        if server.host.is_empty() || server.user.is_empty() || server.database.is_empty() {
            return Err(wrong(
                "the address of SQL Server must name a user, a host and a database: sqlserver://USER@HOST:1433/DATABASE. Of a named instance, give the port",
            ));
        }
        Ok(server)
    }
}

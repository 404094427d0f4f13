//! Where a database, a folder or a file is. An address holds no password: it is stored, shown and logged.

use std::path::Path;

use super::error::SourceError;
use super::folder::Watched;
use super::hosts::Hosts;
use super::s3::Bucket;
use super::sql_server_address::Server;
use super::web;

const KINDS: &str =
    "the address must begin with postgres://, sqlserver://, sqlite://, file://, https:// or s3://";

/// A kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// Microsoft SQL Server.
    SqlServer,
    /// A file of SQLite.
    Sqlite,
    /// The newest file of a folder.
    Folder,
    /// A file at an HTTP(S) address.
    Web,
    /// The newest file below a prefix of an S3 bucket.
    S3,
}

impl Engine {
    /// Whether it is a database, which is asked by a query.
    pub fn is_database(self) -> bool {
        match self {
            Self::Postgres | Self::SqlServer | Self::Sqlite => true,
            Self::Folder | Self::Web | Self::S3 => false,
        }
    }
}

/// A checked address: `postgres://user@host:5432/database`, `sqlserver://user@host:1433/database`, `sqlite://path/to/file.db`,
/// `file:///path/to/folder/*.csv?newest=name`, `https://host/path/people.csv` or
/// `s3://bucket/prefix/*.csv?newest=name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    engine: Engine,
    text: String,
}

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// For an unknown kind of database, or when there is a password in it: passwords come from the
    /// environment or a file.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let text = text.trim();
        let wrong = |why: &str| Err(SourceError::Address(why.to_owned()));
        let Some((scheme, rest)) = text.split_once("://") else {
            return wrong(KINDS);
        };
        let engine = match scheme {
            "postgres" | "postgresql" => Engine::Postgres,
            "sqlite" => Engine::Sqlite,
            "file" => Engine::Folder,
            "https" | "http" => Engine::Web,
            "s3" => Engine::S3,
            "sqlserver" => Engine::SqlServer,
            "mssql" | "tds" | "jdbc:sqlserver" => {
                return wrong("an address of SQL Server begins with sqlserver://");
            }
            _ => return wrong(KINDS),
        };
        match engine {
            Engine::Folder => drop(Watched::parse(rest)?),
            Engine::Web => drop(web::parse(text)?),
            Engine::S3 => drop(Bucket::parse(rest)?),
            Engine::Postgres | Engine::SqlServer | Engine::Sqlite => {}
        }
        let authority = rest.split(['/', '?']).next().unwrap_or("");
        let has_password = authority
            .rsplit_once('@')
            .is_some_and(|(account, _)| account.contains(':'))
            || rest.split_once('?').is_some_and(|(_, options)| {
                options
                    .split('&')
                    .any(|option| option.starts_with("password="))
            });
        if matches!(engine, Engine::Postgres | Engine::SqlServer) && has_password {
            return wrong(
                "the address must not hold a password. Put it into an environment variable or a file and name that",
            );
        }
        if engine == Engine::SqlServer {
            Server::parse(text)?;
        }
        if engine == Engine::Sqlite && rest.is_empty() {
            return wrong("the address must name a file: sqlite://path/to/file.db");
        }
        Ok(Self {
            engine,
            text: text.to_owned(),
        })
    }

    /// The kind of database.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it names a server of the network and nothing of this machine: no socket, and of PostgreSQL no
    /// option but `sslmode`, since others name files.
    pub fn is_remote(&self) -> bool {
        if self.engine == Engine::SqlServer {
            return true;
        }
        let rest = self.rest();
        let (before, options) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = before.split('/').next().unwrap_or("");
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        self.engine == Engine::Postgres
            && !host.is_empty()
            && !host.contains('%')
            && options
                .split('&')
                .all(|option| option.is_empty() || option.starts_with("sslmode="))
    }

    /// Whether it is a file of a web server or a bucket whose host the settings list.
    pub fn is_listed(&self, hosts: &Hosts) -> bool {
        match self.engine {
            Engine::Web => web::parse(&self.text)
                .is_ok_and(|url| url.host_str().is_some_and(|host| hosts.lists(host))),
            Engine::S3 => self
                .bucket()
                .is_ok_and(|bucket| hosts.lists(&bucket.host().0)),
            Engine::Postgres | Engine::SqlServer | Engine::Sqlite | Engine::Folder => false,
        }
    }

    /// The folder and the files that are meant.
    pub(super) fn watched(&self) -> Result<Watched, SourceError> {
        Watched::parse(self.rest())
    }

    /// The bucket and the files that are meant.
    pub(super) fn bucket(&self) -> Result<Bucket, SourceError> {
        Bucket::parse(self.rest())
    }

    fn rest(&self) -> &str {
        self.text.split_once("://").map_or("", |(_, rest)| rest)
    }

    /// The file of an SQLite address.
    pub(super) fn file(&self) -> &Path {
        Path::new(self.rest())
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_database_and_no_password() {
        for (text, engine) in [
            ("postgres://reader@db.example/hr", Engine::Postgres),
            (
                " postgresql://db.example:5433/hr?sslmode=require ",
                Engine::Postgres,
            ),
            ("sqlserver://reader@db.example/hr", Engine::SqlServer),
            (
                "sqlserver://reader@db.example:1434/hr?encrypt=no&trust_certificate=yes",
                Engine::SqlServer,
            ),
            ("sqlite:///var/lib/hr.db", Engine::Sqlite),
            ("sqlite://hr.db", Engine::Sqlite),
            ("file:///srv/hr/people-*.csv?newest=name", Engine::Folder),
            ("file:///srv/hr/*?newest=time", Engine::Folder),
            ("https://hr.example/people.csv", Engine::Web),
            ("s3://hr-data/monthly/people-*.csv?newest=name", Engine::S3),
            (
                "s3://hr-data/*?region=eu-central-1&newest=time&endpoint=https://s3.example:9000",
                Engine::S3,
            ),
        ] {
            assert_eq!(
                Address::parse(text).map(|address| address.engine()),
                Ok(engine),
                "{text}"
            );
        }
        for text in [
            "postgres://reader:secret@db.example/hr",
            "postgres://reader:@db.example/hr",
            "postgres://db.example/hr?sslmode=require&password=secret",
            "mysql://db.example/hr",
            "hr.csv",
            "sqlite://",
            "file:///srv/hr/*.csv",
            "file:///srv/hr/*.csv?newest=size",
            "file://hr/*.csv?newest=name",
            "file:///srv/*/people.csv?newest=name",
            "file:///srv/hr/?newest=name",
            "https://reader:secret@hr.example/people.csv",
            "mssql://reader@hr.example/hr",
            "sqlserver://hr.example/hr",
            "sqlserver://reader@hr.example",
            "sqlserver://reader:secret@hr.example/hr",
            "sqlserver://reader@hr.example/hr?password=secret",
            "sqlserver://reader@hr.example/hr?integratedSecurity=true",
            "s3://hr-data/people.csv",
            "s3://hr-data",
            "s3://hr-data/*/people.csv?newest=name",
            "s3://hr-data/*.csv?newest=name&secret_access_key=secret",
            "s3://hr-data/*.csv?newest=name&endpoint=https://a:secret@s3.example",
        ] {
            assert!(
                matches!(Address::parse(text), Err(SourceError::Address(why)) if !why.contains("secret")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_remote_address_names_nothing_of_this_machine() {
        for (text, remote) in [
            ("postgres://reader@db.example/hr", true),
            ("postgres://db.example:5433/hr?sslmode=require", true),
            ("postgres://reader@/hr", false),
            ("postgres:///hr?host=/var/run/postgresql", false),
            ("postgres://reader@db.example/hr?host=/var/run", false),
            ("postgres://reader@%2Fvar%2Frun/hr", false),
            ("postgres://reader@db.example/hr?sslrootcert=/etc/x", false),
            ("sqlite:///var/lib/hr.db", false),
            ("file:///srv/hr/*?newest=time", false),
        ] {
            assert_eq!(
                Address::parse(text).map(|address| address.is_remote()),
                Ok(remote),
                "{text}"
            );
        }
    }
}

//! A PostgreSQL server that a test may stop.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::Connection as _;

pub struct Postgres {
    binaries: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

impl Postgres {
    /// A fresh server; `None`, said on the terminal, where there are no binaries or no other server
    /// for tests.
    pub async fn start() -> Option<Self> {
        testing::postgres()?;
        sqlx::any::install_default_drivers();
        let versions = std::fs::read_dir("/usr/lib/postgresql")
            .ok()
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        let newest = versions
            .map(|version| version.path().join("bin"))
            .filter(|bin| bin.join("initdb").exists())
            .max();
        let Some(binaries) = newest else {
            testing::skipped("there are no binaries of PostgreSQL under /usr/lib/postgresql");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Self {
            binaries,
            folder,
            port,
        };
        if let Some(owner) = owner() {
            assert!(
                Command::new("chown")
                    .arg(owner)
                    .arg(server.folder.path())
                    .status()
                    .unwrap()
                    .success()
            );
        }
        let data = server.data();
        server.run(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "tenure",
                "-A",
                "trust",
                "--encoding=UTF8",
                "--locale=C",
            ],
        );
        server.go_on().await;
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://tenure@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it as a crash would.
    pub fn stop(&mut self) {
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-m", "immediate", "-w", "stop"],
        );
    }

    /// Starts it, and waits until it answers.
    pub async fn go_on(&self) {
        let folder = self.folder.path().display();
        let options = format!(
            "-p {} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off",
            self.port
        );
        self.run(
            "pg_ctl",
            &[
                "-D",
                &self.data(),
                "-w",
                "-l",
                &format!("{folder}/log"),
                "-o",
                &options,
                "start",
            ],
        );
        for _ in 0..100 {
            if sqlx::AnyConnection::connect(&self.url()).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("PostgreSQL does not answer");
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// A program of PostgreSQL, which refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = match owner() {
            Some(owner) => {
                let mut command = Command::new("setpriv");
                command
                    .args([
                        &format!("--reuid={owner}"),
                        "--regid=65534",
                        "--clear-groups",
                    ])
                    .arg(program);
                command
            }
            None => Command::new(program),
        };
        // A server that is started keeps what it is given for its output: nothing of ours.
        command
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        assert!(
            self.command(program)
                .args(arguments)
                .status()
                .unwrap()
                .success(),
            "{arguments:?}"
        );
    }
}

/// Id of the user who runs it where the tests are root's.
fn owner() -> Option<String> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().unwrap();
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    (id(&["-u"]).as_deref() == Some("0")).then(|| {
        id(&["-u", "postgres"])
            .or_else(|| id(&["-u", "nobody"]))
            .unwrap()
    })
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It may have been stopped already.
        _ = self
            .command("pg_ctl")
            .args(["-D", &self.data(), "-m", "immediate", "stop"])
            .status();
    }
}

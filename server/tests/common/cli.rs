//! The command line as tests use it: the binary, with a store and a folder of its own.
#![expect(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Of every account that a test adds.
pub const PASSWORD: &str = "a long phrase of the tests";

pub struct CliHarness {
    /// Where commands run; removed with the harness.
    folder: tempfile::TempDir,
    use_cases: Option<PathBuf>,
}

impl CliHarness {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            use_cases: None,
        }
    }

    /// With a folder of use cases beside the built-in ones.
    pub fn with_use_cases(folder: PathBuf) -> Self {
        Self {
            use_cases: Some(folder),
            ..Self::new()
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path as an argument.
    pub fn path_text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and gives its path as an argument.
    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path_text(name)
    }

    /// A command on another store than the harness's own.
    pub fn command_on(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TENURE_DATA_DIR", data)
            .env("TENURE_PASSWORD", PASSWORD)
            .env_remove("TENURE_DATABASE");
        if let Some(folder) = &self.use_cases {
            command.env("TENURE_USE_CASES", folder);
        }
        command
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_on(&self.path("data"), arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must end with `code`, and gives its JSON; its text where that is no JSON
    /// (a page in HTML).
    pub fn json_with_code(&self, code: i32, arguments: &[&str]) -> Value {
        json_of(
            arguments,
            &self.run(&[arguments, &["--json"]].concat()),
            Some(code),
        )
        .1
    }

    /// Exit code and JSON of a command.
    pub fn ask(&self, arguments: &[&str]) -> (i32, Value) {
        json_of(
            arguments,
            &self.run(&[arguments, &["--json"]].concat()),
            None,
        )
    }

    /// Runs a command that must succeed and gives its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.json_with_code(0, arguments)
    }

    pub fn json_on(&self, data: &Path, arguments: &[&str]) -> Value {
        let output = self
            .command_on(data, &[arguments, &["--json"]].concat())
            .output()
            .unwrap();
        json_of(arguments, &output, Some(0)).1
    }

    /// Runs a command that must fail and returns its message.
    pub fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        message
    }

    /// An account with one role.
    pub fn add_account(&self, name: &str, role: &str) {
        let mut command = self.command(&["user", "add", name, "--role", role, "--password-stdin"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}

#[track_caller]
fn json_of(arguments: &[&str], output: &Output, code: Option<i32>) -> (i32, Value) {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let ended = output.status.code();
    if code.is_some() {
        assert_eq!(
            ended,
            code,
            "{arguments:?}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    (
        ended.unwrap(),
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

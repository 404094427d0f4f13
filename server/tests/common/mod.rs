//! A running demo server for tests.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub fn tenure(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command
        .current_dir(folder)
        .env("TENURE_DATA_DIR", folder.join("data"))
        .env_remove("TENURE_DATABASE");
    command
}

pub fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = tenure(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running demo server, without its pages.
pub struct Demo {
    pub folder: tempfile::TempDir,
    server: Child,
    address: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have exited already.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

impl Demo {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With files of use cases and policies in the folder that `--use-cases` names.
    pub fn start_with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let cases = folder.path().join("cases");
        std::fs::create_dir_all(&cases).unwrap();
        for (name, text) in files {
            std::fs::create_dir_all(cases.join(name).parent().unwrap()).unwrap();
            std::fs::write(cases.join(name), text).unwrap();
        }
        let mut server = tenure(folder.path())
            .args([
                "demo",
                "--addr",
                "127.0.0.1:0",
                "--use-cases",
                cases.to_str().unwrap(),
            ])
            .env("TENURE_SITE", folder.path().join("site"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let said = lines
            .map(Result::unwrap)
            .find(|line| line.contains("http://127"))
            .unwrap();
        let address = said
            .split("http://")
            .nth(1)
            .unwrap()
            .split(['/', ' '])
            .next()
            .unwrap()
            .to_owned();
        Self {
            folder,
            server,
            address,
        }
    }

    pub fn token(&self, name: &str, role: &str, scope: &str) -> String {
        let user = |arguments: &[&str], input: &str| {
            let output = run(
                self.folder.path(),
                &[&["user"], arguments, &["--json"]].concat(),
                input,
            );
            serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default()
        };
        user(
            &["add", name, "--role", role, "--password-stdin"],
            "a very private phrase\n",
        );
        user(&["token", "create", name, "--scope", scope], "")["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Status, head and body of a request. An empty `body` is a GET.
    pub fn send(&self, path: &str, token: &str, body: &str, accept: &str) -> (u16, String, String) {
        let method = if body.is_empty() { "GET" } else { "POST" };
        let authorization = if token.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {token}\r\n")
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = text(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (
            head.split(' ').nth(1).unwrap().parse().unwrap(),
            head.to_owned(),
            body.to_owned(),
        )
    }

    /// Status and body of a page.
    pub fn page(&self, path: &str, token: &str) -> (u16, String) {
        let (status, _, body) = self.send(path, token, "", "text/html");
        (status, body)
    }

    /// Status and JSON of a request to the API.
    pub fn ask(&self, path: &str, token: &str, body: &str) -> (u16, Value) {
        let (status, head, body) = self.send(path, token, body, "*/*");
        let json: Value =
            serde_json::from_str(&body).unwrap_or_else(|_| panic!("{path}: {head}\n{body}"));
        if status >= 400 {
            assert!(
                head.to_ascii_lowercase()
                    .contains("content-type: application/problem+json"),
                "{head}"
            );
            let id = json["request_id"].as_str().unwrap();
            assert!(
                !id.is_empty() && head.contains(id),
                "the header names the request too: {head}"
            );
            assert_eq!(json["status"], status);
        }
        (status, json)
    }
}

//! A server that is stopped or killed while it answers: what was answered stands in the prediction
//! log, once. And large batches as streams.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cli::CliHarness;
use serde_json::{Value, json};

const USE_CASE: [&str; 2] = ["--use-case", "attrition"];

struct Served {
    cli: CliHarness,
    server: Child,
    address: String,
    token: String,
    /// Records as CSV: a header and people.
    people: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

fn start(cli: &CliHarness) -> (Child, String) {
    let mut server = cli
        .command(&["serve", "--addr", "127.0.0.1:0"])
        .env("TENURE_SITE", cli.path("site"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let said = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.contains("http://127"))
        .unwrap();
    let address = said.split("http://").nth(1).unwrap().trim().to_owned();
    // Its output is read to the end, so that it never waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (server, address)
}

impl Served {
    fn new() -> Self {
        let cli = CliHarness::new();
        std::fs::create_dir_all(cli.path("site/pkg")).unwrap();
        cli.json(&[
            "simulate", "--people", "300", "--months", "1", "--seed", "3", "--out", "sim",
        ]);
        let training = cli.path_text("sim/training.csv");
        let import = [
            "data",
            "import",
            &training,
            "--for",
            "training",
            "--as-of",
            "2024-01-01",
        ];
        cli.json(&[&import[..], &USE_CASE].concat());
        let train = [
            "train",
            "--trials",
            "2",
            "--candidates",
            "gradient_boosting",
        ];
        cli.json(&[&train[..], &USE_CASE].concat());
        cli.add_account("rita", "reviewer");
        cli.add_account("ann", "analyst");
        cli.json(&[&["model", "request", "1"][..], &USE_CASE].concat());
        let approve = ["model", "approve", "1", "--as", "rita", "--reason", "first"];
        cli.json(&[&approve[..], &USE_CASE].concat());
        let token = cli.json(&["user", "token", "create", "ann", "--scope", "predict"]);
        let folder = std::fs::read_dir(cli.path("sim")).unwrap();
        let people = folder
            .map(|entry| entry.unwrap().path())
            .find(|path| {
                path.file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .starts_with("people")
            })
            .unwrap();
        let people = std::fs::read_to_string(people).unwrap();
        let (server, address) = start(&cli);
        Self {
            cli,
            server,
            address,
            token: token["token"].as_str().unwrap().to_owned(),
            people,
        }
    }

    /// Status, head and body; `None` when the server went away.
    fn send(
        &self,
        path: &str,
        kind: &str,
        accept: &str,
        body: &str,
    ) -> Option<(u16, String, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .ok()?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, head.to_owned(), body.to_owned()))
    }

    fn record(&self) -> Value {
        let mut lines = self.people.lines();
        let header = lines.next().unwrap().split(',');
        let row = lines.next().unwrap().split(',');
        header
            .zip(row)
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// Ids that were answered by eight clients until the server is gone.
    fn answered(&mut self, end: impl FnOnce(&mut Child) + Send) -> BTreeSet<String> {
        let body = json!({ "use_case": "attrition", "record": self.record() }).to_string();
        // The first request reads the model.
        let first = self.send("/api/v1/predict", "application/json", "*/*", &body);
        assert_eq!(
            first.as_ref().map(|answer| answer.0),
            Some(200),
            "{first:?}"
        );
        let over = AtomicBool::new(false);
        let mut server = std::mem::replace(&mut self.server, idle());
        let own = &*self;
        let answered = std::thread::scope(|scope| {
            let ask = || {
                let mut ids = BTreeSet::new();
                while !over.load(Ordering::Relaxed) {
                    let answer = own.send("/api/v1/predict", "application/json", "*/*", &body);
                    if let Some((200, _, body)) = answer {
                        // An answer that was cut counts as none.
                        if let Ok(json) = serde_json::from_str::<Value>(&body) {
                            ids.insert(json["prediction_id"].as_str().unwrap().to_owned());
                        }
                    }
                }
                ids
            };
            let clients: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            std::thread::sleep(Duration::from_millis(1500));
            end(&mut server);
            server.wait().unwrap();
            over.store(true, Ordering::Relaxed);
            clients
                .into_iter()
                .flat_map(|client| client.join().unwrap())
                .collect()
        });
        self.server = server;
        answered
    }

    /// Ids in the log, each as often as it stands there.
    fn logged(&self) -> Vec<String> {
        let out = self.cli.path_text("log.jsonl");
        let export = ["prediction-log", "export", "--out", &out];
        self.cli.json(&[&export[..], &USE_CASE].concat());
        let text = std::fs::read_to_string(&out).unwrap();
        let id = |line: &str| {
            let entry: Value = serde_json::from_str(line).unwrap();
            entry["id"].as_str().unwrap().to_owned()
        };
        text.lines().map(id).collect()
    }

    fn spooled(&self) -> usize {
        let folder = self.cli.path("data/prediction-log");
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }
}

/// A process that has ended.
fn idle() -> Child {
    std::process::Command::new("true").spawn().unwrap()
}

#[test]
fn what_was_answered_is_in_the_log_whatever_ends_the_server() {
    let mut served = Served::new();
    let mut all = BTreeSet::new();
    for round in 0..3 {
        // Killed: nothing is written at the end.
        let answered = served.answered(|server| server.kill().unwrap());
        assert!(answered.len() > 8, "{}", answered.len());
        assert!(
            served.spooled() > 0,
            "round {round}: the last second is in a file"
        );
        all.extend(answered);
        let (server, address) = start(&served.cli);
        (served.server, served.address) = (server, address);
        let logged = served.logged();
        let once: BTreeSet<String> = logged.iter().cloned().collect();
        assert_eq!(once.len(), logged.len(), "each once");
        let lost: Vec<&String> = all.difference(&once).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
    }
    // Asked to stop: everything is in the database, and the folder is empty.
    let answered = served.answered(|server| {
        let id = server.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status();
        assert!(sent.unwrap().success());
    });
    assert_eq!(served.spooled(), 0);
    let once: BTreeSet<String> = served.logged().into_iter().collect();
    assert!(answered.is_subset(&once) && all.is_subset(&once));
}

#[test]
fn a_batch_comes_and_goes_as_json_lines_csv_or_arrow() {
    let served = Served::new();
    let path = "/api/v1/predict/batch?use_case=attrition&reasons=6";
    let lines: Vec<&str> = served.people.lines().collect();
    let count = lines.len() - 1;

    let (status, head, body) = served.send(path, "text/csv", "", &served.people).unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(head.contains("text/csv"), "{head}");
    let body = unchunked(&body);
    assert_eq!(body.lines().count(), count + 1);
    assert!(body.starts_with("id,probability,"), "{body}");

    let header: Vec<&str> = lines[0].split(',').collect();
    let records: Vec<Value> = lines[1..]
        .iter()
        .map(|line| {
            let pairs = header.iter().zip(line.split(','));
            pairs
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        })
        .collect();
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    let (status, _, streamed) = served
        .send(path, "application/x-ndjson", "", &text)
        .unwrap();
    assert_eq!(status, 200, "{streamed}");
    let streamed: Vec<Value> = unchunked(&streamed)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let whole = json!({ "use_case": "attrition", "records": records, "reasons": 6 }).to_string();
    let (_, _, whole) = served
        .send("/api/v1/predict/batch", "application/json", "*/*", &whole)
        .unwrap();
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(&Value::from(streamed.clone()), &whole["predictions"]);
    assert_eq!(streamed[0]["reasons"].as_array().unwrap().len(), 6);
    assert_eq!(streamed[0]["horizon"], "within 365 days");

    // What is wrong in the first part is told by the status, with the row.
    let wrong = format!(
        "{}\n{}\n",
        lines[0],
        lines[1].replacen("Travel", "Trave", 1)
    );
    let (status, _, body) = served.send(path, "text/csv", "", &wrong).unwrap();
    assert_eq!(status, 422, "{body}");
    for (kind, body, code) in [
        ("text/plain", "x", 400),
        ("application/x-ndjson", "{", 400),
        ("text/csv", "a,a\n1,2\n", 400),
        ("text/csv", "a,b\n1\n", 400),
        ("application/vnd.apache.arrow.file", "no arrow", 400),
    ] {
        let (status, _, said) = served.send(path, kind, "", body).unwrap();
        assert_eq!(status, code, "{kind} {body}: {said}");
    }
    // Each of the three that were answered is one entry.
    let list = ["prediction-log", "list", "--kind", "batch"];
    let listed = || served.cli.json(&[&list[..], &USE_CASE].concat());
    let mut page = listed();
    for _ in 0..50 {
        // The server moves them within about a second.
        if page["rows"].as_array().unwrap().len() >= 3 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        page = listed();
    }
    assert_eq!(page["rows"].as_array().unwrap().len(), 3);
    assert_eq!(page["rows"][0]["records"], json!(count));
}

/// A body that was sent in chunks.
fn unchunked(body: &str) -> String {
    let mut reader = BufReader::new(body.as_bytes());
    let mut whole = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else {
            return body.to_owned();
        };
        let mut chunk = vec![0; size];
        reader.read_exact(&mut chunk).unwrap();
        whole.extend(chunk);
        if size == 0 {
            return String::from_utf8(whole).unwrap();
        }
        reader.read_line(&mut String::new()).unwrap();
    }
}

//! Alerts and channels on the command line, with a receiver on this machine.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use cli::CliHarness;

/// A receiver that answers every request so; gives its address and what it gets: header and body.
fn receiver(status: &'static str) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (send, got) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            .unwrap();
            let _ = send.send((head, String::from_utf8(body).unwrap()));
        }
    });
    (address, got)
}

#[test]
fn a_channel_is_added_tested_told_of_a_failed_cycle_and_removed() {
    let harness = CliHarness::new();
    let key = harness.write("key", "hunter2\n");
    let (address, got) = receiver("200 OK");
    let (to, secret) = (format!("{address}/hook"), format!("file:{key}"));
    let add = [
        "alert", "channel", "add", "hook", "--kind", "webhook", "--to", &to, "--secret", &secret,
    ];
    let channel = harness.json(&add);
    assert_eq!(channel["secret"], secret);
    assert_eq!(harness.json(&["alert", "test", "hook"])["received"], true);
    let (head, body) = got.recv().unwrap();
    assert!(head.contains("tenure-event: test") && head.contains("tenure-signature: v1="));
    assert!(!body.contains("hunter2"));

    // Nobody was imported: the cycle fails, and the command tells it before it ends.
    harness.json_with_code(2, &["cycle", "run", "--use-case", "attrition"]);
    let (_, body) = got.recv().unwrap();
    let told: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&told["kind"], &told["event"]),
        (&"job_failed".into(), &"opened".into())
    );

    let alerts = harness.json(&["alert", "list", "--use-case", "attrition"]);
    let id = alerts[0]["id"].as_str().unwrap();
    assert_eq!(told["alert"], id);
    assert!(harness.run(&["alert", "acknowledge", id]).status.success());
    let snooze = ["alert", "snooze", id, "--days", "3", "--reason", "holiday"];
    assert!(harness.run(&snooze).status.success());
    let snoozed = harness.json(&["alert", "list", "--state", "snoozed"]);
    assert_eq!(snoozed[0]["note"], "holiday");
    harness.refused(&["alert", "assign", id, "mallory"], 2);
    harness.refused(&["alert", "list", "--state", "closed"], 2);
    harness.refused(&["alert", "acknowledge", "none"], 2);

    let list = harness.json(&["alert", "channel", "list"]);
    assert_eq!(list[0]["newest"]["state"], "sent");
    assert!(
        harness
            .run(&["alert", "channel", "disable", "hook"])
            .status
            .success()
    );
    assert!(
        harness
            .run(&["alert", "channel", "remove", "hook"])
            .status
            .success()
    );
    harness.refused(&["alert", "test", "hook"], 2);
}

#[test]
fn a_refused_test_is_a_negative_result_and_settings_are_checked() {
    let harness = CliHarness::new();
    let key = harness.write("key", "hunter2");
    let (address, _got) = receiver("401 Unauthorized");
    let secret = format!("file:{key}");
    let add = [
        "alert", "channel", "add", "hook", "--kind", "webhook", "--to", &address, "--secret",
        &secret,
    ];
    harness.json(&add);
    let tested = harness.json_with_code(1, &["alert", "test", "hook"]);
    assert_eq!(tested["received"], false);
    assert!(!tested.to_string().contains("hunter2"));

    let mail = [
        "alert",
        "channel",
        "add",
        "mail",
        "--kind",
        "email",
        "--to",
        "hr@example.org",
    ];
    let message = harness.refused(&mail, 2);
    assert!(message.contains("[mail]"), "{message}");
    harness.write(
        "tenure.toml",
        "[mail]\nhost = \"127.0.0.1\"\nport = 9\nfrom = \"tenure@example.org\"\ntls = \"none\"\n",
    );
    harness.json(&mail);
    let inside = [
        "alert",
        "channel",
        "add",
        "inside",
        "--kind",
        "webhook",
        "--to",
        "https://10.0.0.7/",
        "--secret",
        &secret,
    ];
    harness.refused(&inside, 2);
    harness.write("tenure.toml", "[alerts]\nallowed_hosts = [\"10.0.0.7\"]\n");
    harness.json(&inside);
    harness.write("tenure.toml", "[alerts]\nallowed_host = [\"10.0.0.7\"]\n");
    harness.refused(&["alert", "list"], 2);
}

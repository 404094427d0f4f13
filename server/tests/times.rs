//! Every time in the API and in `--json` output is RFC 3339, and every date YYYY-MM-DD: all
//! responses are walked.

mod common;

use common::{Demo, run, text};
use domain::{Date, Timestamp};
use serde_json::{Value, json};

/// Keys of dates.
const DAYS: [&str; 10] = [
    "as_of",
    "data_as_of",
    "day",
    "until",
    "until_day",
    "expires_on",
    "complete_until",
    "first_day",
    "last_day",
    "start",
];
/// Names of months in text for people.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// Larger numbers are not counts, but microseconds or milliseconds since 1970.
const EPOCH_MILLIS: f64 = 1e12;

/// Collects invalid times in a value with their paths; `seen` counts the valid ones.
fn walk(place: &str, key: &str, value: &Value, problems: &mut Vec<String>, seen: &mut usize) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                walk(&format!("{place}.{name}"), name, value, problems, seen);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(&format!("{place}[{index}]"), key, value, problems, seen);
            }
        }
        Value::Number(number) => {
            // Seeds are not times.
            if number.as_f64().is_some_and(|number| number >= EPOCH_MILLIS) && key != "seed" {
                problems.push(format!("{place}: {number} looks like a time since 1970"));
            }
        }
        Value::String(text) => {
            let is_time = key == "at" || key.ends_with("_at");
            let is_day = DAYS.contains(&key);
            let right = if is_time {
                text.parse::<Timestamp>().is_ok()
            } else if is_day {
                text.parse::<Date>().is_ok()
            } else {
                // A time for people: "29 Nov 2026, 15:01 UTC".
                let words: Vec<&str> = text.split([' ', ',']).collect();
                !words.windows(2).any(|pair| {
                    MONTHS.iter().any(|month| pair[0].starts_with(month))
                        && pair[1].len() == 4
                        && pair[1].parse::<u32>().is_ok()
                }) || !text.contains(" UTC")
            };
            if right {
                *seen += usize::from(is_time || is_day);
            } else {
                problems.push(format!("{place}: {text}"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[test]
fn every_time_of_every_answer_is_rfc_3339() {
    let demo = Demo::start();
    let (reader, analyst) = (
        demo.token("looker", "analyst", "read"),
        demo.token("prog", "analyst", "predict"),
    );
    let mut answers: Vec<(String, Value)> = Vec::new();
    for path in [
        "/health",
        "/api/v1/model?use_case=attrition",
        "/api/v1/model?use_case=attrition&as_of=2099-01-01",
        "/api/v1/drift/feature/latest?use_case=attrition",
        "/api/v1/drift/prediction/latest?use_case=attrition",
    ] {
        answers.push((path.to_owned(), demo.ask(path, &reader, "").1));
    }
    for path in ["/api/v1/drift/feature", "/api/v1/drift/prediction"] {
        answers.push((
            path.to_owned(),
            demo.ask(
                path,
                &analyst,
                &json!({ "use_case": "attrition" }).to_string(),
            )
            .1,
        ));
    }
    let command = |arguments: &[&str]| {
        let output = run(demo.folder.path(), &[arguments, &["--json"]].concat(), "");
        let text = text(&output.stdout);
        text.lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|_| panic!("{arguments:?}: {text}"))
            })
            .collect::<Vec<Value>>()
    };
    let of_use_case = ["--use-case", "attrition"];
    let first = |arguments: &[&str], key: &str| {
        let list = command(arguments).remove(0);
        let rows = if list.is_array() {
            &list
        } else {
            &list["rows"]
        };
        rows[0][key]
            .as_str()
            .unwrap_or_else(|| panic!("{arguments:?}: {list}"))
            .to_owned()
    };
    let run_id = first(&[&["run", "list"], &of_use_case[..]].concat(), "id");
    let job = first(&[&["job", "list"], &of_use_case[..]].concat(), "id");
    let dataset = first(&["data", "list"], "dataset_id");
    let commands: Vec<Vec<&str>> = vec![
        [&["run", "list"], &of_use_case[..]].concat(),
        vec!["run", "show", &run_id],
        [&["job", "list"], &of_use_case[..]].concat(),
        vec!["job", "show", &job],
        [&["model", "list"], &of_use_case[..]].concat(),
        [&["model", "show", "1"], &of_use_case[..]].concat(),
        [&["model", "review", "1"], &of_use_case[..]].concat(),
        [&["model", "history"], &of_use_case[..]].concat(),
        [&["model", "fairness", "1"], &of_use_case[..]].concat(),
        vec!["data", "list"],
        vec!["data", "profile", &dataset],
        [&["drift", "history"], &of_use_case[..]].concat(),
        [&["drift", "check"], &of_use_case[..]].concat(),
        [&["outcomes", "list"], &of_use_case[..]].concat(),
        vec!["audit", "list"],
        vec!["audit", "verify"],
        vec!["user", "list"],
        vec!["user", "token", "list", "looker"],
        [&["batch"], &of_use_case[..]].concat(),
    ];
    for arguments in commands {
        let values = command(&arguments);
        assert!(!values.is_empty(), "{arguments:?} says nothing");
        answers.extend(values.into_iter().map(|value| (arguments.join(" "), value)));
    }
    let (mut problems, mut seen) = (Vec::new(), 0);
    for (place, value) in &answers {
        walk(place, "", value, &mut problems, &mut seen);
    }
    assert_eq!(problems, Vec::<String>::new());
    assert!(seen > 100, "only {seen} times were found");
    // Pages use another format.
    let (status, page) = demo.page("/use-case/attrition/models", &reader);
    assert!(
        status == 200 && page.contains(" UTC") && !page.contains("Z</"),
        "{page}"
    );
}

#[test]
fn the_walk_finds_what_is_wrong() {
    let wrong = json!({
        "created_at": "29 November 2026, 15:01 UTC", "at": 1_795_964_489_651_819_i64, "as_of": "2026-13-01", "note": "since 29 Nov 2026, 15:01 UTC",
        "right_at": "2026-11-29T15:01:00Z", "seed": 9_007_199_254_740_991_i64, "rows": 1470,
    });
    let (mut problems, mut seen) = (Vec::new(), 0);
    walk("", "", &wrong, &mut problems, &mut seen);
    assert_eq!((problems.len(), seen), (4, 1), "{problems:?}");
}

//! Access to individual people: where the access policy requires a reason, no entry point shows a
//! person without one, and the audit log records the user and the reason.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Demo, run, text};
use serde_json::Value;

const ACCESS: &str = "use_case = \"attrition\"\n[[purpose]]\nkey = \"talk\"\ntext = \"Prepare a conversation\"\n\
                      [[purpose]]\nkey = \"check\"\ntext = \"Check the data\"\n";

/// The identifier in the first row of the table, and the content of the row.
fn first_person(page: &str) -> (String, String) {
    let row = page.split("/use-case/attrition/person/").nth(1).unwrap();
    (
        row.split('"').next().unwrap().to_owned(),
        row.split("</tr>").next().unwrap().to_owned(),
    )
}

fn views(demo: &Demo, action: &str) -> Vec<Value> {
    let output = run(
        demo.folder.path(),
        &["audit", "list", "--action", action, "--json"],
        "",
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_person_is_shown_to_who_says_why_and_the_record_keeps_it() {
    let demo = Demo::start_with(&[("access/people.toml", ACCESS)]);
    let token = demo.token("ann", "analyst", "people");
    let (status, list) = demo.page("/use-case/attrition", &token);
    assert_eq!(status, 200);
    let (id, told) = first_person(&list);
    assert!(told.contains('%'), "the list shows risks: {told}");
    assert!(
        list.contains("Choose a reason"),
        "the file is asked for with a reason"
    );

    // Without a valid reason, only the question is shown.
    for path in [
        format!("/use-case/attrition/person/{id}"),
        format!("/use-case/attrition/person/{id}?why=curiosity"),
        format!("/use-case/attrition/what-if?person={id}"),
        format!("/fn/page?path=/use-case/attrition/person/{id}"),
        format!("/fn/what-if?path=/use-case/attrition/what-if&query=person%3D{id}"),
    ] {
        let accept = if path.starts_with("/fn/") {
            "*/*"
        } else {
            "text/html"
        };
        let (status, _, page) = demo.send(&path, &token, "", accept);
        assert!(
            status == 200 && page.contains("Reason for access"),
            "{path}: {status}"
        );
        assert!(
            !page.contains("Drivers of this score")
                && !page.contains("Calibration range")
                && !page.contains("Smallest change"),
            "{path}"
        );
    }
    // A search that leaves a single person counts as access to that person.
    let (_, one) = demo.page(
        &format!("/use-case/attrition?search={id}&f.Department=Sales&band=none-such"),
        &token,
    );
    assert!(one.contains("no risk band"), "{one}");
    let narrow = (1..200).map(|number| number.to_string()).find_map(|search| {
        let (_, page) = demo.page(&format!("/use-case/attrition?search={search}&band=very+high&f.Department=Human+Resources"), &token);
        page.contains("1 person<").then_some(page)
    });
    if let Some(page) = narrow {
        assert!(
            page.contains("1 match<") && !page.contains("class=\"reasons\""),
            "{page}"
        );
    }
    let (status, problem) = demo.ask("/use-case/attrition/people.csv", &token, "");
    assert!(
        status == 400
            && problem["detail"]
                .as_str()
                .unwrap()
                .contains("talk (Prepare a conversation)"),
        "{problem}"
    );
    assert_eq!(
        (
            views(&demo, "person.view").len(),
            views(&demo, "people.export").len()
        ),
        (0, 0),
        "nothing was shown so far"
    );

    let (status, page) = demo.page(&format!("/use-case/attrition/person/{id}?why=talk"), &token);
    assert!(
        status == 200 && page.contains("Drivers of this score"),
        "{page}"
    );
    assert!(
        page.contains(&format!("what-if?person={id}&amp;why=talk")),
        "the way on carries the reason"
    );
    let (_, page) = demo.page(
        &format!("/use-case/attrition/what-if?person={id}&why=check"),
        &token,
    );
    assert!(page.contains("Explore changes for this employee"), "{page}");
    let (_, page) = demo.page(
        &format!("/use-case/attrition/person/{id}?why=check"),
        &token,
    );
    assert!(
        page.contains("ann") && page.contains("Check the data"),
        "who looked, and why, is on the page"
    );
    let (status, _, csv) = demo.send(
        "/use-case/attrition/people.csv?why=check",
        &token,
        "",
        "*/*",
    );
    assert!(status == 200 && csv.lines().count() > 10);

    let looks = views(&demo, "person.view");
    let whys: Vec<&str> = looks
        .iter()
        .map(|look| {
            if look["detail"]
                .as_str()
                .unwrap()
                .contains("\"why\":\"talk\"")
            {
                "talk"
            } else {
                "check"
            }
        })
        .collect();
    assert_eq!(whys, ["talk", "check", "check"]);
    assert!(looks.iter().all(|look| look["who"] == "ann"));
    assert!(
        views(&demo, "people.export")[0]["detail"]
            .as_str()
            .unwrap()
            .contains("\"why\":\"check\"")
    );
    // The people are stored beside the chain, by pseudonym, and can be erased there.
    let export = || text(&run(demo.folder.path(), &["audit", "export"], "").stdout);
    assert!(
        !export()
            .lines()
            .any(|line| line.contains("person.view") && line.contains(&format!("/{id}\""))),
        "{}",
        export()
    );
    assert_eq!(
        run(
            demo.folder.path(),
            &["audit", "erase", "person", &format!("attrition/{id}")],
            ""
        )
        .status
        .code(),
        Some(0)
    );
    assert_eq!(
        run(demo.folder.path(), &["audit", "verify"], "")
            .status
            .code(),
        Some(0),
        "the chain stays whole"
    );
    let in_use = run(
        demo.folder.path(),
        &["audit", "erase", "account", "ann"],
        "",
    );
    assert!(
        text(&in_use.stderr).contains("Disable it first"),
        "{}",
        text(&in_use.stderr)
    );
}

#[test]
fn without_a_policy_a_look_is_recorded_all_the_same() {
    let demo = Demo::start();
    let token = demo.token("ann", "analyst", "people");
    let (id, _) = first_person(&demo.page("/use-case/attrition", &token).1);
    assert_eq!(
        views(&demo, "person.view").len(),
        0,
        "a list of many is no look at one"
    );
    assert!(
        demo.page(&format!("/use-case/attrition/person/{id}"), &token)
            .1
            .contains("Drivers of this score")
    );
    let longest = (0..4).map(|_| id.clone()).collect::<String>();
    demo.page(&format!("/use-case/attrition?search={longest}"), &token);
    assert_eq!(
        views(&demo, "person.view").len(),
        1,
        "a search that finds nobody shows nobody"
    );
    let one = (0..2000)
        .rev()
        .map(|number| number.to_string())
        .find(|search| {
            demo.page(&format!("/use-case/attrition?search={search}"), &token)
                .1
                .contains("1 person<")
        });
    assert!(one.is_some(), "some number is in one identifier only");
    assert_eq!(
        views(&demo, "person.view").len(),
        2,
        "a search that finds one shows that one"
    );
}

//! User input is escaped everywhere: the same markup in every name and text, then a visit to every
//! linked page.

use std::collections::{BTreeSet, VecDeque};

use domain::Route;
use workflow::{AlertQuery, Import, NewCycle, Role, Scope, TokenRequest};

use super::model::{Written, first, people, with_text};
use super::{PASSWORD, TestServer};

/// Closes the title of a page, if not escaped, and opens a tag.
const MARKUP: &str = "</title></textarea><b>";
const ATTRITION: &str = include_str!("../../../../crates/data/use_cases/attrition.toml");

/// Pages without links to them, or that no account of the test may open.
const UNLINKED: [&str; 1] = ["/set-up/{link}"];

/// The use case with markup in its texts.
fn use_case() -> String {
    let mut text = ATTRITION.to_owned();
    for (key, value) in [
        ("title", "Employee attrition"),
        ("one", "employee"),
        ("many", "employees"),
        ("event_one", "leaver"),
        ("event_many", "leavers"),
        ("verb", "leave"),
        ("label", "left"),
        ("label", "Age"),
    ] {
        let line = format!("{key} = \"{value}\"");
        assert!(text.contains(&line), "{line}");
        text = text.replacen(&line, &format!("{key} = \"{value}{MARKUP}\""), 1);
    }
    text.replacen("description = \"", &format!("description = \"{MARKUP}"), 1)
}

/// Links within this site on a page.
fn links(page: &str) -> BTreeSet<String> {
    let values = |attribute: &str| {
        page.split(&format!(" {attribute}=\""))
            .skip(1)
            .filter_map(|part| part.split('"').next())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let all = values("href").into_iter().chain(values("src"));
    let plain = all.map(|link| {
        link.replace("&amp;", "&")
            .replace("&#x27;", "'")
            .split('#')
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    plain
        .filter(|link| {
            link.starts_with('/') && !link.starts_with("//") && !link.starts_with("/pkg/")
        })
        .collect()
}

/// The route and query keys of a link, so that links of the same kind count once.
fn kind(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let keys: BTreeSet<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    let route =
        Route::parse(path).map_or_else(|| path.to_owned(), |route| route.pattern().to_owned());
    format!("{route}?{}", keys.into_iter().collect::<Vec<_>>().join("&"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_page_holds_markup_that_somebody_wrote() {
    let server =
        TestServer::with_files("http://tenure.test", &[("attrition.toml", &use_case())]).await;
    server
        .account("everybody", &[Role::Analyst, Role::Reviewer, Role::Admin])
        .await;
    let everybody = server.actor("everybody").await;
    let file = format!("people{MARKUP}.csv");
    let written = Written {
        text: MARKUP,
        file: &file,
    };
    let table = people(300);
    let old = server
        .import(&first(&table, 260), written.file, "2024-01-01")
        .await;
    let dataset = server.import(&table, written.file, "2024-02-01").await;
    server.promote(&dataset, &written).await;
    let admin = server.actor("admin").await;
    server
        .tenure
        .batch(&admin.admin().unwrap(), "attrition", None)
        .await
        .unwrap();
    let analyst = everybody.analyst().unwrap();
    let everyone = domain::PeopleQuery::default();
    let shown = server.tenure.people(&analyst, "attrition", &everyone).await;
    let shown = shown.unwrap().rows.remove(0).id;
    // An entry of the prediction log.
    server
        .tenure
        .what_if_start(&analyst, "attrition", &shown, "")
        .await
        .unwrap();
    // What clients of MLflow name.
    let tracker = admin.tracker().unwrap();
    let experiment = server
        .tenure
        .create_experiment(&tracker, MARKUP, &[])
        .await
        .unwrap();
    for experiment in [experiment.as_str(), "attrition"] {
        let run = workflow::tracking::NewRun {
            experiment: experiment.into(),
            name: Some(MARKUP.into()),
            tags: vec![("note".into(), MARKUP.into())],
            ..Default::default()
        };
        server
            .tenure
            .create_tracked_run(&tracker, &run)
            .await
            .unwrap();
    }
    let contributor = everybody.contributor().unwrap();
    let (check, _) = server
        .tenure
        .check_drift(&contributor, "attrition", None)
        .await
        .unwrap();
    server
        .tenure
        .acknowledge(&contributor, "attrition", &check.check_id, MARKUP)
        .await
        .unwrap();
    let (again, _) = server
        .tenure
        .check_drift(&contributor, "attrition", None)
        .await
        .unwrap();
    let month = workflow::NewCycle::full("attrition");
    server
        .tenure
        .run_cycle(&admin.admin().unwrap(), &month, None)
        .await
        .unwrap();
    let member = everybody.member().unwrap();
    let run = server
        .tenure
        .runs(&member, "attrition", "", 1, &[])
        .await
        .unwrap()
        .rows
        .remove(0)
        .id;
    let page = server
        .tenure
        .runs(&member, "attrition", "", 1, &[run.to_string()])
        .await
        .unwrap();
    let runs = format!("{run},{}", page.nested[0].id);
    let request = TokenRequest {
        owner: "everybody".into(),
        label: MARKUP.into(),
        scopes: vec![Scope::Read],
        days: 1,
        password: Some(PASSWORD.into()),
    };
    server
        .tenure
        .create_token(&everybody, &request)
        .await
        .unwrap();
    // The identifier of a person cannot contain it: the file is rejected, and the page shows why.
    let wrong = with_text(&table, "EmployeeNumber", MARKUP);
    let import = Import {
        use_case: "attrition".into(),
        files: vec![(
            written.file.to_owned(),
            data::write(&wrong, data::Format::Csv).unwrap(),
        )],
        as_of: Some("2024-03-01".into()),
        simulated: true,
        ..Import::default()
    };
    let admin = everybody.admin().unwrap();
    server
        .tenure
        .hold_import(&admin, import.clone())
        .await
        .unwrap();
    // A definition that somebody is changing.
    let text = server
        .tenure
        .use_case_text(&everybody.member().unwrap(), "attrition", None)
        .await
        .unwrap()
        .replacen("id = \"attrition\"", "id = \"marked\"", 1);
    server
        .tenure
        .import_use_case(&admin, text.clone())
        .await
        .unwrap();
    server
        .tenure
        .check_definition(&admin, "marked", 1, format!("{text}\n# {MARKUP}\n"))
        .await
        .unwrap();
    let refusal = server
        .tenure
        .import_form(&admin, import)
        .await
        .unwrap()
        .unwrap_err();

    // A cycle of the use case without people fails: an alert with a note.
    let failed = NewCycle::full("marked");
    assert!(
        server
            .tenure
            .run_cycle(&admin, &failed, None)
            .await
            .is_err()
    );
    let query = AlertQuery::default();
    let alert = server
        .tenure
        .alerts(&everybody.member().unwrap(), &query)
        .await
        .unwrap()
        .into_iter()
        .find(|alert| alert.use_case.as_str() == "marked")
        .unwrap();
    server
        .tenure
        .snooze_alert(
            &everybody.contributor().unwrap(),
            "marked",
            &alert.id,
            7,
            MARKUP,
        )
        .await
        .unwrap();

    let cookie = server.session("everybody").await;
    let encoded = domain::query::encode(MARKUP);
    let base = "/use-case/attrition";
    let mut open: VecDeque<String> = [
        "/".to_owned(),
        base.to_owned(),
        format!("{base}/what-if"),
        format!("{base}/data?refused={refusal}"),
        format!("{base}/data/compare?old={old}&new={dataset}"),
        format!("{base}/outcomes"),
        format!("{base}/data/preview"),
        format!("{base}/definition/compare?old=1&new=1"),
        "/use-case/marked/definition/edit".to_owned(),
        "/use-case/marked/alerts".to_owned(),
        format!("{base}/alerts?state={encoded}"),
        // Reached through a form, not a link.
        format!(
            "{base}/drift/compare?check={}&check={}",
            check.check_id, again.check_id
        ),
        format!("/runs/compare?ids={runs}"),
        format!("{base}/train"),
        format!("{base}/drift/simulate"),
        format!("{base}/models/1/review?doing=approve&done={encoded}"),
        // People and things that do not exist.
        format!("{base}/person/{encoded}"),
        format!("{base}/runs?filter={encoded}"),
        format!("{base}?search={encoded}"),
        format!("/use-case/{encoded}"),
        format!("/runs/{encoded}"),
        format!("/jobs/{encoded}"),
        format!("/{encoded}"),
        format!("/audit?who={encoded}"),
        format!("/set-up/{encoded}"),
    ]
    .into();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut kinds: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let (mut pages, mut named, mut wrong) = (0, 0, Vec::new());
    while let Some(address) = open.pop_front() {
        let answer = server
            .ask(
                &address,
                None,
                &[
                    ("cookie", &cookie),
                    ("accept", "text/html"),
                    ("sec-fetch-site", "same-origin"),
                ],
            )
            .await;
        let media_type = answer.header(axum::http::header::CONTENT_TYPE).to_owned();
        if !media_type.contains("html") && !media_type.contains("svg") {
            continue;
        }
        pages += 1;
        if answer.body.contains(MARKUP) {
            let at = answer.body.find(MARKUP).unwrap();
            let from = (0..=at.saturating_sub(200))
                .rev()
                .find(|from| answer.body.is_char_boundary(*from))
                .unwrap();
            wrong.push(format!(
                "{address}: …{}",
                &answer.body[from..at + MARKUP.len()]
            ));
        }
        named += usize::from(
            answer
                .body
                .contains("&lt;/title&gt;&lt;/textarea&gt;&lt;b&gt;"),
        );
        let title = answer
            .body
            .split("<title>")
            .nth(1)
            .map(|rest| rest.split("</title>").next().unwrap_or_default());
        assert!(
            title.is_none_or(|title| !title.contains('<')),
            "{address}: {title:?}"
        );
        for link in links(&answer.body) {
            let count = kinds.entry(kind(&link)).or_default();
            // At most a dozen of each kind: people, checks, files.
            if *count < 12 && seen.insert(link.clone()) {
                *count += 1;
                open.push_back(link);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        pages > 100 && named > 60,
        "{pages} pages, {named} of them with what was written"
    );
    let visited: BTreeSet<&str> = seen
        .iter()
        .filter_map(|link| Route::parse(link.split('?').next()?).map(|route| route.pattern()))
        .collect();
    let is_page = |pattern: &str| {
        let roles = include_str!("roles.txt");
        roles
            .lines()
            .any(|line| line.starts_with(&format!("PAGE {pattern} ")))
    };
    let missed: Vec<&&str> = Route::PATTERNS
        .iter()
        .filter(|pattern| {
            is_page(pattern) && !visited.contains(**pattern) && !UNLINKED.contains(pattern)
        })
        .collect();
    assert!(missed.is_empty(), "pages that were not visited: {missed:?}");
}

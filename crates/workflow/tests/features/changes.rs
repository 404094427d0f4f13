//! The change of a person's score since the previous cycle.

use std::collections::BTreeMap;

use domain::{ChangeBasis, PeopleQuery, Purpose, TableFormat};
use monitoring::simulation;
use workflow::scoring::{PeoplePage, PersonRow};
use workflow::{Import, WriteBack};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    /// Imports other people than those of the filled store, who are of January: `months` later.
    async fn import_simulated(&self, months: usize, as_of: &str) {
        let table = simulation::simulate(&simulation::Settings {
            people: 80,
            months: months + 1,
            seed: 3,
            ..simulation::Settings::default()
        })
        .remove(months)
        .people;
        let oscar = self.actor("oscar").await;
        let import = Import {
            use_case: USE_CASE.into(),
            files: vec![(
                format!("{as_of}.csv"),
                data::write(&table, data::Format::Csv).unwrap(),
            )],
            as_of: Some(as_of.into()),
            purpose: Some(Purpose::Scoring),
            simulated: true,
            ..Import::default()
        };
        self.tenure
            .import(&oscar.admin().unwrap(), import)
            .await
            .unwrap();
    }

    async fn score_month(&self) {
        let oscar = self.actor("oscar").await;
        self.tenure
            .batch(&oscar.admin().unwrap(), USE_CASE, None)
            .await
            .unwrap();
    }

    async fn listed(&self, sort: &str, ascending: bool) -> (PeoplePage, Vec<PersonRow>) {
        let ann = self.actor("ann").await;
        let analyst = ann.analyst().unwrap();
        let query = |page| PeopleQuery {
            sort: sort.into(),
            ascending,
            page,
            ..PeopleQuery::default()
        };
        let first = self
            .tenure
            .people(&analyst, USE_CASE, &query(1))
            .await
            .unwrap();
        let mut rows = first.rows.clone();
        for page in 2..=first.pages {
            let next = self.tenure.people(&analyst, USE_CASE, &query(page)).await;
            rows.extend(next.unwrap().rows);
        }
        (first, rows)
    }
}

fn by_id(rows: &[PersonRow]) -> BTreeMap<&str, &PersonRow> {
    rows.iter().map(|row| (row.id.as_str(), row)).collect()
}

#[tokio::test]
async fn a_change_is_the_difference_of_two_scores_by_the_same_model() {
    let app = TestApp::live().await;
    app.score_month().await;
    let (page, january) = app.listed("", false).await;
    assert_eq!(page.compared_with, None);
    assert!(
        january
            .iter()
            .all(|row| row.change.basis == ChangeBasis::NotScored && row.change.points.is_none())
    );
    app.import_simulated(1, "2026-02-01").await;
    app.score_month().await;
    let (page, february) = app.listed("change", false).await;
    let (day, version) = page.compared_with.unwrap();
    assert_eq!(
        (day.to_string().as_str(), version),
        ("2026-01-01", crate::app::number(1))
    );
    let before = by_id(&january);
    let mut seen = BTreeMap::new();
    for row in &february {
        *seen.entry(row.change.basis).or_insert(0) += 1;
        match (before.get(row.id.as_str()), row.change.points) {
            (Some(old), Some(points)) => {
                let expected = 100.0 * (row.probability - old.probability);
                assert!((points - expected).abs() < 1e-9, "{}", row.id);
            }
            (None, None) => assert_eq!(row.change.basis, ChangeBasis::NotScored),
            other => panic!("{}: {other:?}", row.id),
        }
    }
    assert!(seen[&ChangeBasis::SameModel] > 40, "{seen:?}");
    let compared: Vec<f64> = february
        .iter()
        .filter_map(|row| row.change.points)
        .collect();
    assert!(compared.iter().any(|points| *points != 0.0));
    assert!(compared.is_sorted_by(|left, right| left >= right));
    let (_, rising) = app.listed("change", true).await;
    let last = rising.last().unwrap();
    assert_eq!(
        last.change.points.is_none(),
        seen.contains_key(&ChangeBasis::NotScored),
        "who cannot be compared comes last either way"
    );
    let rising: Vec<f64> = rising.iter().filter_map(|row| row.change.points).collect();
    assert!(rising.is_sorted());
    let ann = app.actor("ann").await;
    let person = app
        .tenure
        .person(&ann.analyst().unwrap(), USE_CASE, &february[0].id, "")
        .await
        .unwrap();
    assert_eq!(
        (person.change, person.compared_with),
        (february[0].change, page.compared_with)
    );
}

#[tokio::test]
async fn a_difference_between_two_versions_is_no_change_of_a_person() {
    let app = TestApp::live().await;
    app.score_month().await;
    app.promote(2).await;
    app.import_simulated(1, "2026-02-01").await;
    app.score_month().await;
    let (_, february) = app.listed("", false).await;
    let other = february
        .iter()
        .filter(|row| row.change.basis == ChangeBasis::OtherVersion)
        .count();
    assert!(other > 40);
    assert!(february.iter().all(|row| row.change.points.is_none()));
    // Once the version has scored both months, the person's own change is known.
    let oscar = app.actor("oscar").await;
    app.tenure
        .batch(&oscar.admin().unwrap(), USE_CASE, Some("2026-01-01"))
        .await
        .unwrap();
    let (page, february) = app.listed("", false).await;
    assert_eq!(page.compared_with.unwrap().1, crate::app::number(2));
    let same = february
        .iter()
        .filter(|row| row.change.basis == ChangeBasis::SameModel)
        .count();
    assert_eq!(same, other);
}

#[tokio::test]
async fn files_tell_the_change_and_what_it_compares() {
    let app = TestApp::live().await;
    app.score_month().await;
    app.import_simulated(1, "2026-02-01").await;
    app.score_month().await;
    let (_, february) = app.listed("", false).await;
    let shown = by_id(&february);
    let ann = app.actor("ann").await;
    let file = app
        .tenure
        .people_file(
            &ann.analyst().unwrap(),
            USE_CASE,
            &PeopleQuery::default(),
            "",
            TableFormat::Csv,
        )
        .await
        .unwrap();
    let mut rows = csv::Reader::from_reader(&file["\u{feff}".len()..]);
    let headers = rows.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (id, change, basis) = (at("id"), at("change"), at("change basis"));
    let mut compared = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let own = shown[&row[id]].change;
        assert_eq!(&row[basis], own.basis.as_str());
        match own.points {
            // A negative number is one, and no formula of a spreadsheet.
            Some(points) => {
                let written: f64 = row[change].parse().unwrap();
                assert!((written - points).abs() <= 0.005);
                compared += 1;
            }
            None => assert_eq!(&row[change], ""),
        }
    }
    assert!(compared > 40);
    let database = app.folder().join("hr.db");
    std::fs::File::create(&database).unwrap();
    let local = workflow::Actor::local();
    let source = workflow::NewSource {
        use_case: USE_CASE.into(),
        name: "hr".into(),
        address: format!("sqlite://{}", database.display()),
        query: String::new(),
        ..workflow::NewSource::default()
    };
    app.tenure
        .add_source(&local.admin().unwrap(), source)
        .await
        .unwrap();
    let wanted = WriteBack {
        use_case: USE_CASE.into(),
        source: "hr".into(),
        table: "scores".into(),
        why: String::new(),
    };
    app.tenure
        .write_back(&ann.analyst().unwrap(), wanted)
        .await
        .unwrap();
    use sqlx::ConnectOptions;
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&database)
        .connect()
        .await
        .unwrap();
    let written: i64 = sqlx::query_scalar(
        "select count(*) from scores where change is not null and change_basis = 'same_model'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(written, compared);
}

//! From a file to scored people by what `tenure use-case init` drafts: the sets of the shared
//! folder, and three of a shape that HR teams have. Each takes at most three corrections: changed
//! answers, flags or files.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::time::Instant;

use cli::CliHarness;

/// What somebody has to state or change, beyond the file and its outcome column.
enum Correction {
    /// A flag of every command that reads the files.
    Reading(&'static [&'static str]),
    /// A flag of the import.
    Import(&'static [&'static str]),
    /// Rows that repeat another one, by these columns, are removed from the file.
    RemoveRepeated(&'static [&'static str]),
}

use Correction::{Import, Reading, RemoveRepeated};

const MOST_CORRECTIONS: usize = 3;

struct Case {
    files: Vec<String>,
    target: &'static str,
    corrections: &'static [Correction],
    /// People who are there now; `None`: whoever has not left.
    current: Option<i64>,
}

/// Goes from files to scores, and gives the seconds that the commands took.
fn from_file_to_scores(cli: &CliHarness, case: &Case) -> f64 {
    assert!(case.corrections.len() <= MOST_CORRECTIONS);
    let started = Instant::now();
    let mut files = case.files.clone();
    let (mut import, mut reading) = (Vec::new(), Vec::new());
    for correction in case.corrections {
        match correction {
            Import(flag) => import.extend_from_slice(flag),
            Reading(flag) => reading.extend_from_slice(flag),
            RemoveRepeated(by) => files[0] = without_repeated(cli, &files[0], by),
        }
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let drafted = cli.json(
        &[
            &[
                "use-case",
                "init",
                "--target",
                case.target,
                "--out",
                "drafted.toml",
            ],
            &files[..],
            &reading,
        ]
        .concat(),
    );
    let id = drafted["id"].as_str().unwrap().to_owned();
    cli.json(&["use-case", "import", "drafted.toml"]);
    let on_it = ["--use-case", id.as_str()];
    let imported = cli.json(
        &[
            &["data", "import", "--for", "both"],
            &files[..],
            &on_it,
            &reading,
            &import,
        ]
        .concat(),
    );
    let few = ["--trials", "2", "--candidates", "logistic_regression_l2"];
    // 1: a gate is not passed, which is no matter of how the file was read.
    let (code, trained) = cli.ask(&[&["train"], &on_it[..], &few].concat());
    assert!(matches!(code, 0 | 1), "{id}: {trained}");
    cli.add_account("rita", "reviewer");
    for gate in trained["gates"]["results"].as_array().unwrap() {
        if gate["verdict"] == "fail" {
            let title = gate["title"].as_str().unwrap();
            let waiver = ["--owner", "rita", "--expires", "2099-12-31"];
            let why = ["--reason", "a trial of the data", "--as", "rita"];
            // A gate that does not block cannot be waived, and need not be.
            cli.ask(
                &[
                    &["model", "waive", "1", "--gate", title],
                    &on_it[..],
                    &waiver,
                    &why,
                ]
                .concat(),
            );
        }
    }
    cli.json(&[&["model", "request", "1"], &on_it[..]].concat());
    let decided = ["--reason", "a trial of the data", "--as", "rita"];
    let approved = cli.json(&[&["model", "approve", "1"], &on_it[..], &decided].concat());
    assert_eq!(approved["version"]["stage"], "Production", "{id}");
    let batch = cli.json(&[&["batch"], &on_it[..]].concat());
    let dataset = &imported["dataset"];
    let stayed = dataset["row_count"].as_i64().unwrap() - dataset["positives"].as_i64().unwrap();
    assert_eq!(
        batch["people"].as_i64(),
        Some(case.current.unwrap_or(stayed)),
        "{id}"
    );
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{id}\t{} corrections\t{seconds:.1} s",
        case.corrections.len()
    );
    seconds
}

/// The cells of a row; a comma within quotes parts nothing ("Executive Assistant, Finance").
fn cells(row: &str) -> Vec<&str> {
    let mut is_quoted = false;
    row.split(|letter| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    })
    .collect()
}

fn without_repeated(cli: &CliHarness, file: &str, by: &[&str]) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let names: Vec<&str> = header.trim().split(',').collect();
    let position = |name: &&str| names.iter().position(|own| own == name).unwrap();
    let positions: Vec<usize> = by.iter().map(position).collect();
    let mut known = std::collections::HashSet::new();
    let is_new = |row: &&str| {
        let cells = cells(row);
        let key = positions.iter().map(|&at| cells[at].to_owned());
        known.insert(key.collect::<Vec<_>>())
    };
    let kept: Vec<&str> = rows.lines().filter(is_new).collect();
    cli.write(
        "without_repeated.csv",
        &format!("{header}\n{}\n", kept.join("\n")),
    )
}

fn shared(
    names: &[&str],
    target: &'static str,
    corrections: &'static [Correction],
    current: Option<i64>,
) {
    let path = |name: &&str| {
        testing::shared(&format!("data/{name}.csv")).map(|path| path.to_str().unwrap().to_owned())
    };
    let Some(files) = names.iter().map(path).collect() else {
        return;
    };
    let case = Case {
        files,
        target,
        corrections,
        current,
    };
    from_file_to_scores(&CliHarness::new(), &case);
}

#[test]
fn ibm_hr_attrition() {
    shared(&["ibm_hr_attrition_1470"], "Attrition", &[], None);
}

#[test]
fn ibm_telco_churn() {
    shared(&["ibm_telco_churn_7043"], "Churn", &[], None);
}

#[test]
fn job_change() {
    shared(&["job_change_19158"], "target", &[], None);
}

#[test]
fn mlc_churn() {
    shared(&["mlc_churn_5000"], "churn", &[], None);
}

#[test]
fn telecom_churn_of_two_files() {
    let names = ["telecom_churn_bigml_80_2666", "telecom_churn_bigml_20_667"];
    shared(&names, "Churn", &[], None);
}

#[test]
fn turnover() {
    shared(&["turnover_14249"], "status", &[], None);
}

#[test]
fn terminations_of_ten_years() {
    // Five people occur twice in a year. Those of the last year who have not left are there now.
    shared(
        &["terminations_10yr_49653"],
        "STATUS",
        &[RemoveRepeated(&["EmployeeID", "STATUS_YEAR"])],
        Some(4799),
    );
}

/// Whether somebody leaves: more often with much overtime and little satisfaction.
fn leaves(row: usize, overtime: usize, satisfaction: usize) -> bool {
    (row * 7919) % 100 < 4 + 2 * overtime + 7 * (5 - satisfaction)
}

#[test]
fn three_exports_that_are_joined() {
    let cli = CliHarness::new();
    let mut master = "Employee ID,Department,Gender,Hire date,Salary,Status\n".to_owned();
    let mut time = "Employee ID;Overtime hours;Sick days\n".to_owned();
    let mut survey = "Employee ID\tSatisfaction\tCommute minutes\n".to_owned();
    for row in 0..500 {
        let (overtime, satisfaction) = (row * 37 % 20, 1 + row * 7 % 5);
        let status = ["Active", "Left"][usize::from(leaves(row, overtime, satisfaction))];
        master += &format!(
            "E{row:04},{},{},{}-{:02}-15,{},{status}\n",
            ["Sales", "Lab", "Office"][row % 3],
            ["F", "M"][row / 2 % 2],
            2005 + row * 11 % 20,
            1 + row * 5 % 12,
            2400 + row * 131 % 3900,
        );
        time += &format!("E{row:04};{overtime},5;{}\n", row * 17 % 23);
        survey += &format!("E{row:04}\t{satisfaction}\t{}\n", 5 + row * 29 % 85);
    }
    let files = vec![
        cli.write("master.csv", &master),
        cli.write("time.csv", &time),
        cli.write("survey.csv", &survey),
    ];
    let case = Case {
        files,
        target: "Status",
        corrections: &[
            Reading(&["--join", "Employee ID"]),
            Import(&["--as-of", "2026-10-31"]),
        ],
        current: None,
    };
    from_file_to_scores(&cli, &case);
}

#[test]
fn a_panel_of_24_months() {
    let cli = CliHarness::new();
    let mut text = "staff_no,month,team,pay,overtime,satisfaction,left_next_month\n".to_owned();
    let mut current = 0;
    for person in 0..160 {
        // They come at different times, and go when they leave.
        for month in (person % 12)..24 {
            let (overtime, satisfaction) = ((person * 37 + month) % 20, 1 + (person + month) % 5);
            let often = (31 * person + month) * 7919 % 100 < overtime / 3 + 2 * (5 - satisfaction);
            let left = often && month % 3 != 1 && (person * 7 + month) % 2 == 0;
            current += usize::from(month == 23 && !left);
            text += &format!(
                "S{person:03},{}-{:02},{},{},{overtime},{satisfaction},{}\n",
                2024 + (month + 10) / 12,
                1 + (month + 10) % 12,
                ["a", "b", "c"][person % 3],
                2000 + 7 * person + 10 * month,
                ["no", "yes"][usize::from(left)]
            );
            if left {
                break;
            }
        }
    }
    let case = Case {
        files: vec![cli.write("panel.csv", &text)],
        target: "left_next_month",
        corrections: &[],
        current: Some(i64::try_from(current).unwrap()),
    };
    from_file_to_scores(&cli, &case);
}

#[test]
fn a_german_workbook() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/belegschaft.xlsx");
    let case = Case {
        files: vec![file.to_owned()],
        target: "Ausgetreten",
        corrections: &[Import(&["--as-of", "2026-10-31"])],
        current: None,
    };
    from_file_to_scores(&CliHarness::new(), &case);
}

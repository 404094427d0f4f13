//! The file tools give the golden numbers; files that cannot be compared never count as unchanged.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Runs `tenure tool …` and returns the exit code and the JSON output.
fn tool(arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_tenure"))
        .arg("tool")
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text);
    let value = value.unwrap_or_else(|error| {
        panic!(
            "{arguments:?}: {error}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    (output.status.code().unwrap(), value)
}

/// The path of a file of the shared folder.
fn shared(name: &str) -> Option<String> {
    Some(testing::shared(name)?.to_str().unwrap().to_owned())
}

fn golden(name: &str) -> Option<Value> {
    Some(serde_json::from_str(&testing::shared_text(&format!("golden/{name}"))?).unwrap())
}

/// Writes a file for one test.
fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A CSV file from named columns of JSON values.
fn csv(name: &str, columns: &[(&str, Vec<Value>)]) -> String {
    let cell = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), |text| format!("\"{text}\""))
    };
    let mut text = columns
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(",")
        + "\n";
    for row in 0..columns[0].1.len() {
        let cells: Vec<String> = columns
            .iter()
            .map(|(_, values)| cell(&values[row]))
            .collect();
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    file(name, &text)
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

#[track_caller]
fn close(what: &str, ours: &Value, expected: &Value, tolerance: f64) {
    let (ours, expected) = (
        ours.as_f64().unwrap_or(f64::NAN),
        expected.as_f64().unwrap(),
    );
    assert!(
        (ours - expected).abs() <= tolerance * expected.abs().max(1.0),
        "{what}: {ours} is not {expected}"
    );
}

#[test]
fn metrics_are_those_of_scikit_learn() {
    let Some(golden) = golden("metrics.json") else {
        return;
    };
    for (name, expected) in golden["metrics"].as_object().unwrap() {
        let path = csv(
            &format!("metrics {name}.csv"),
            &[
                ("left", list(&golden["y"])),
                ("score", list(&golden["preds"][name])),
            ],
        );
        for (cutoff, at) in expected["at"].as_object().unwrap() {
            let cutoff = at["threshold"]
                .as_f64()
                .map_or(cutoff.clone(), |threshold| threshold.to_string());
            let (code, report) = tool(&[
                "metrics", &path, "--truth", "left", "--score", "score", "--cutoff", &cutoff,
            ]);
            assert_eq!((code, report["n"].as_u64()), (0, expected["n"].as_u64()));
            let same = |ours: &str, theirs: &Value| {
                close(
                    &format!("{name} {ours}"),
                    &report["metrics"][ours]["value"],
                    theirs,
                    1e-12,
                )
            };
            for (ours, theirs) in [
                ("roc_auc", "roc_auc"),
                ("average_precision", "pr_auc"),
                ("brier", "brier"),
                ("log_loss", "log_loss"),
                ("ece", "ece10"),
            ] {
                same(ours, &expected[theirs]);
            }
            for (ours, theirs) in [
                ("accuracy", "accuracy"),
                ("balanced_accuracy", "balanced_accuracy"),
                ("precision", "precision_pos"),
                ("recall", "recall_pos"),
                ("f1", "f1_pos"),
                ("mcc", "mcc"),
            ] {
                same(ours, &at[theirs]);
            }
            let counts: Vec<Value> = report["confusion"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(list)
                .collect();
            assert_eq!(
                Value::from(counts),
                at["confusion_tn_fp_fn_tp"],
                "{name} {cutoff}"
            );
        }
    }
}

#[test]
fn fairness_is_that_of_fairlearn() {
    let Some(golden) = golden("fairness.json") else {
        return;
    };
    for (name, case) in golden["cases"].as_object().unwrap() {
        let groups = case["groups"].as_object().unwrap();
        let mut columns = vec![("left", list(&case["y"])), ("score", list(&case["yhat"]))];
        columns.extend(
            groups
                .iter()
                .map(|(name, values)| (name.as_str(), list(values))),
        );
        let path = csv(&format!("fairness {name}.csv"), &columns);
        let asked = case["results"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(",");
        let (code, report) = tool(&[
            "fairness", &path, "--truth", "left", "--score", "score", "--cutoff", "0.5",
            "--groups", &asked,
        ]);
        assert_eq!(code, 0);
        for (attribute, expected) in case["results"].as_object().unwrap() {
            let ours = &report["groups"][attribute];
            let same = |ours: &Value, expected: &Value| {
                for (metric, expected) in expected
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(metric, _)| *metric != "count")
                {
                    close(
                        &format!("{name} {attribute} {metric}"),
                        &ours[metric]["value"],
                        expected,
                        1e-12,
                    );
                }
            };
            same(&ours["difference"], &expected["difference_between_groups"]);
            same(&ours["ratio"], &expected["ratio_between_groups"]);
            for (group, expected) in expected["by_group"].as_object().unwrap() {
                let group = group
                    .trim_matches(['(', ')'])
                    .replace('\'', "")
                    .replace(", ", " × ");
                same(&ours["by_group"][group.as_str()], expected);
                assert_eq!(
                    ours["by_group"][group.as_str()]["n"].as_f64(),
                    expected["count"].as_f64()
                );
            }
        }
    }
}

/// Both files of a split of the golden drift numbers.
fn drift_files(split: &str, body: &Value) -> [String; 2] {
    [("ref", "ref_counts"), ("cur", "cur_counts")].map(|(values, counts)| {
        let numeric = body["numeric"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, column)| (name.as_str(), list(&column[values])));
        let levels = body["categorical"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, column)| {
                let counted = list(&column["categories"])
                    .into_iter()
                    .zip(list(&column[counts]));
                (
                    name.as_str(),
                    counted
                        .flat_map(|(level, count)| {
                            std::iter::repeat_n(level, count.as_u64().unwrap() as usize)
                        })
                        .collect(),
                )
            });
        csv(
            &format!("drift {split} {values}.csv"),
            &numeric.chain(levels).collect::<Vec<_>>(),
        )
    })
}

#[test]
fn drift_is_that_of_scipy_and_evidently() {
    let Some(golden) = golden("drift.json") else {
        return;
    };
    for (split, body) in golden["splits"].as_object().unwrap() {
        let [reference, current] = drift_files(split, body);
        let (_, report) = tool(&[
            "drift",
            "--reference",
            &reference,
            "--current",
            &current,
            "--method",
            "all",
        ]);
        for column in report["columns"].as_array().unwrap() {
            let (name, tests) = (column["name"].as_str().unwrap(), &column["tests"]);
            let same = |test: &str, statistic: &Value, p: &Value| {
                close(
                    &format!("{split} {name} {test}"),
                    &tests[test]["statistic"],
                    statistic,
                    1e-9,
                );
                if let Some(expected) = p.as_f64() {
                    let ours = tests[test]["p_value"].as_f64().unwrap();
                    assert!(
                        (ours - expected).abs() <= 1e-7 * expected + 1e-14,
                        "{split} {name} {test}: p {ours} is not {expected}"
                    );
                }
            };
            let none = Value::Null;
            if let Some(expected) = body["numeric"].get(name) {
                assert_eq!(column["kind"], "number");
                same("ks", &expected["ks_auto"]["D"], &expected["ks_auto"]["p"]);
                same("wasserstein", &expected["wasserstein_raw"], &none);
                same("wasserstein_normed", &expected["wasserstein_normed"], &none);
                same("psi", &expected["psi_ref_deciles"]["value"], &none);
                same(
                    "jensen_shannon",
                    &expected["evidently"]["jensenshannon"]["score"],
                    &none,
                );
                same("welch", &expected["welch"]["t"], &expected["welch"]["p"]);
                same(
                    "mann_whitney",
                    &expected["mannwhitney"]["U"],
                    &expected["mannwhitney"]["p"],
                );
            } else {
                let expected = &body["categorical"][name];
                assert_eq!(column["kind"], "level");
                same(
                    "chi2",
                    &expected["chi2_contingency"]["chi2"],
                    &expected["chi2_contingency"]["p"],
                );
                same("jensen_shannon", &expected["js_base_e"], &none);
                same("total_variation", &expected["tvd"], &none);
            }
        }
        let columns: Vec<&Value> = body["evidently_preset"]
            .as_array()
            .unwrap()
            .iter()
            .collect();
        let names: Vec<&str> = columns[1..]
            .iter()
            .map(|column| column["config"]["column"].as_str().unwrap())
            .collect();
        let (code, report) = tool(&[
            "drift",
            "--reference",
            &reference,
            "--current",
            &current,
            "--policy",
            "evidently",
            "--columns",
            &names.join(","),
        ]);
        let drifted = report["columns"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|column| column["verdict"] == "drifted")
            .count();
        assert_eq!(
            (report["share_drifted"].as_f64(), Some(drifted as f64)),
            (
                columns[0]["value"]["share"].as_f64(),
                columns[0]["value"]["count"].as_f64()
            )
        );
        assert_eq!(code == 1, report["verdict"] == "drifted", "{split}");
    }
}

#[test]
fn nothing_to_compare_is_never_stable() {
    let people: String = (0..60)
        .map(|row| format!("{},{},{}\n", row % 7, ["a", "b"][row % 2], 3))
        .collect();
    let reference = file("reference.csv", &format!("age,job,constant\n{people}"));
    let judge = |name: &str, content: String| {
        let current = file(name, &content);
        tool(&["drift", "--reference", &reference, "--current", &current])
    };
    let (code, report) = judge("same.csv", format!("age,job,constant\n{people}"));
    assert_eq!((code, &report["verdict"]), (0, &Value::from("stable")));
    let column = |report: &Value, name: &str| {
        report["columns"]
            .as_array()
            .unwrap()
            .iter()
            .find(|column| column["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(column(&report, "constant")["verdict"], "could_not_compute");
    let text = |cell: &str| {
        (0..60)
            .map(|row| format!("{cell},{},3\n", ["a", "b"][row % 2]))
            .collect::<String>()
    };
    for (name, content, verdict) in [
        ("empty.csv", String::new(), "could_not_compute"),
        (
            "header.csv",
            "age,job,constant\n".to_owned(),
            "could_not_compute",
        ),
        (
            "one.csv",
            "age,job,constant\n3,a,3\n".to_owned(),
            "too_few_rows",
        ),
        (
            "missing.csv",
            format!("age,job,constant\n{}", text("")),
            "could_not_compute",
        ),
        (
            "words.csv",
            format!("age,job,constant\n{}", text("old")),
            "could_not_compute",
        ),
        (
            "gone.csv",
            format!("ages,job,constant\n{}", text("3")),
            "could_not_compute",
        ),
    ] {
        let (code, report) = judge(name, content);
        assert_eq!(
            (code, &report["verdict"]),
            (1, &Value::from(verdict)),
            "{name}"
        );
        assert_eq!(column(&report, "age")["verdict"], verdict, "{name}");
        assert!(
            column(&report, "age")["why"]["code"]
                .as_str()
                .is_some_and(|code| !code.is_empty()),
            "{name}"
        );
    }
    let binary = file("binary.csv", "PK\u{3}\u{4}\u{0}");
    assert_eq!(
        tool(&["drift", "--reference", &reference, "--current", &binary]).0,
        2
    );
    assert_eq!(
        tool(&[
            "drift",
            "--reference",
            &reference,
            "--current",
            &reference,
            "--policy",
            "none"
        ])
        .0,
        2
    );
}

#[test]
fn contributions_are_those_of_shap() {
    for (name, tolerance) in [
        ("dt", 1e-9),
        ("rf", 1e-9),
        ("gbc", 1e-9),
        ("xgb", 1e-5),
        ("lgbm", 1e-5),
    ] {
        let Some(golden) = golden(&format!("shap_{name}.json")) else {
            return;
        };
        let path = shared(&format!("golden/shap_{name}.json")).unwrap();
        for (mode, key) in [
            ("path", "tree_path_dependent/raw"),
            ("interventional", "interventional/raw"),
        ] {
            let mut arguments = vec!["shap", "--trees", &path, "--rows", &path, "--mode", mode];
            arguments.extend((mode == "path").then_some("--interactions"));
            let (code, ours) = tool(&arguments);
            assert_eq!((code, &ours["features"]), (0, &golden["features"]));
            let expected = &golden["shap"][key];
            // shap keeps interventional weights in single precision.
            let tolerance = if mode == "path" {
                tolerance
            } else {
                1e-7_f64.max(tolerance)
            };
            close(
                &format!("{name} {mode} base"),
                &ours["expected_value"],
                &expected["expected_value"],
                tolerance,
            );
            let flat = |values: &Value| {
                values
                    .as_array()
                    .unwrap()
                    .iter()
                    .flat_map(list)
                    .collect::<Vec<_>>()
            };
            flat(&ours["values"])
                .iter()
                .zip(&flat(&expected["values"]))
                .for_each(|(ours, expected)| close(name, ours, expected, tolerance));
            let output = golden.get("margin").unwrap_or(&golden["predict_proba"]);
            list(&ours["output"])
                .iter()
                .zip(&list(output))
                .for_each(|(ours, expected)| close(name, ours, expected, tolerance));
            for (ours, expected) in ours["interactions"]
                .as_array()
                .unwrap_or(&Vec::new())
                .iter()
                .zip(&list(&golden["shap"]["interaction_first3"]))
            {
                flat(ours)
                    .iter()
                    .zip(&flat(expected))
                    .for_each(|(ours, expected)| close(name, ours, expected, tolerance));
            }
        }
    }
    let Some(golden) = golden("shap_linear.json") else {
        return;
    };
    let path = shared("golden/shap_linear.json").unwrap();
    let (_, ours) = tool(&[
        "shap",
        "--trees",
        &path,
        "--rows",
        &path,
        "--background",
        &path,
    ]);
    close(
        "linear",
        &ours["expected_value"],
        &golden["shap"]["independent"]["expected_value"],
        1e-9,
    );
    for (ours, expected) in list(&ours["values"])
        .iter()
        .zip(&list(&golden["shap"]["independent"]["values"]))
    {
        list(ours)
            .iter()
            .zip(&list(expected))
            .for_each(|(ours, expected)| close("linear", ours, expected, 1e-9));
    }
}

#[test]
fn evaluation_judges_every_row_once_a_repeat() {
    let Some(people) = shared("data/ibm_hr_attrition_1470.csv") else {
        return;
    };
    let ask = |protocol: &str| {
        tool(&[
            "evaluate",
            &people,
            "--use-case",
            "attrition",
            "--protocol",
            protocol,
            "--candidates",
            "logistic_regression_l2",
            "--trials",
            "3",
        ])
    };
    let (code, report) = ask("1x3");
    assert_eq!((code, report["folds"].as_array().unwrap().len()), (0, 3));
    let (mean, interval) = (
        report["mean"]["roc_auc"].as_f64().unwrap(),
        list(&report["interval"]["roc_auc"]),
    );
    assert!(
        mean > 0.78
            && mean < 0.87
            && interval[0].as_f64().unwrap() < mean
            && interval[1].as_f64().unwrap() > mean
    );
    assert_eq!(
        (&report["leak_suspected"], &report["folds"][0]["chosen"]),
        (&Value::from(false), &Value::from("logistic_regression_l2"))
    );
    assert_eq!(ask("1x3").1, report);
}

/// A panel of six yearly snapshots of 60 people each, with a use case that has a time column;
/// people with a high `x` leave.
fn panel() -> (String, String) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("panel-cases");
    std::fs::create_dir_all(&folder).unwrap();
    let case = "id = \"panel\"\ntitle = \"Panel\"\ndescription = \"\"\nid_column = \"id\"\ntime_column = \"year\"\n\
        [words]\none = \"a\"\nmany = \"b\"\nevent_one = \"c\"\nevent_many = \"d\"\nverb = \"leave\"\n\
        [target]\ncolumn = \"left\"\nlabel = \"left\"\npositive = [\"1\"]\nnegative = [\"0\"]\n\
        [policies]\ngates = \"sensible\"\ndrift = \"calibrated\"\ncutoff = 0.5\n[[bands]]\nname = \"low\"\nfrom = 0.0\n\
        [[field]]\nname = \"x\"\nlabel = \"X\"\nkind = \"real\"\n\
        [[field]]\nname = \"z\"\nlabel = \"Z\"\nkind = \"real\"\n";
    std::fs::write(folder.join("panel.toml"), case).unwrap();
    let mut rows = String::from("id,year,x,z,left\n");
    for row in 0..360_usize {
        let (x, z) = (row * 7919 % 101, row * 104_729 % 97);
        let left = x + row * 31 % 60 > 100;
        writeln!(
            rows,
            "p{},{},{x},{z},{}",
            row % 60,
            2015 + row / 60,
            u8::from(left)
        )
        .unwrap();
    }
    (
        file("panel.csv", &rows),
        folder.to_str().unwrap().to_owned(),
    )
}

const QUICK: [&str; 4] = ["--candidates", "logistic_regression_l2", "--trials", "2"];

#[test]
fn evaluate_goes_forward_in_time_and_writes_what_it_predicted() {
    let (people, cases) = panel();
    let out = file("predictions.csv", "");
    let asked = [
        "evaluate",
        &people,
        "--use-case",
        "panel",
        "--use-cases",
        &cases,
        "--protocol",
        "5x3",
        "--out",
        &out,
    ];
    let (code, report) = tool(&[&asked[..], &QUICK].concat());
    assert_eq!(
        (code, &report["protocol"]),
        (0, &Value::from("3 folds forward in time")),
        "{report}"
    );
    // The first three years only train.
    let judged: Vec<i64> = list(&report["folds"])
        .iter()
        .map(|fold| fold["n"].as_i64().unwrap())
        .collect();
    assert_eq!(judged, [60, 60, 60]);
    assert_eq!(
        (&report["leak_suspected"], &report["notes"]),
        (&Value::from(false), &Value::from(Vec::<String>::new()))
    );
    // Student's t with two degrees of freedom is 4.302653; the variance counts shared training rows
    // (60/180, 60/240 and 60/300).
    for metric in ["roc_auc", "brier", "ece"] {
        let values: Vec<f64> = list(&report["folds"])
            .iter()
            .map(|fold| fold[metric].as_f64().unwrap())
            .collect();
        let mean = values.iter().sum::<f64>() / 3.0;
        let variance = values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / 2.0;
        let half = 4.302_652_729_911_275
            * (variance * (1.0 / 3.0 + (1.0 / 3.0 + 0.25 + 0.2) / 3.0)).sqrt();
        close(metric, &report["mean"][metric], &Value::from(mean), 1e-12);
        close(
            metric,
            &report["interval"][metric][0],
            &Value::from((mean - half).max(0.0)),
            1e-9,
        );
        close(
            metric,
            &report["interval"][metric][1],
            &Value::from((mean + half).min(1.0)),
            1e-9,
        );
    }
    let lines: Vec<String> = std::fs::read_to_string(out)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        (lines.len(), lines[0].as_str()),
        (181, "fold,row,id,period,outcome,probability")
    );
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!((cells[2], cells[3]), ("p0", "2018"));
    // The file is what the figures are of.
    let brier = |line: &String| {
        let cells: Vec<f64> = line
            .split(',')
            .skip(4)
            .map(|cell| cell.parse().unwrap())
            .collect();
        (cells[1] - cells[0]).powi(2)
    };
    let first = lines[1..61].iter().map(brier).sum::<f64>() / 60.0;
    close(
        "brier of the first fold",
        &report["folds"][0]["brier"],
        &Value::from(first),
        1e-12,
    );
}

#[test]
fn splits_express_forward_folds() {
    let (people, cases) = panel();
    let ask = |splits: &Value, more: &[&str]| {
        let path = file("splits.json", &splits.to_string());
        let asked = [
            "evaluate",
            &people,
            "--use-case",
            "panel",
            "--use-cases",
            &cases,
            "--splits",
            &path,
        ];
        tool(&[&asked[..], &QUICK, more].concat())
    };
    let years = |from: usize, to: usize| ((from - 2015) * 60..(to - 2015) * 60).collect::<Vec<_>>();
    let fold =
        |at: usize| serde_json::json!({ "train": years(2015, at), "test": years(at, at + 1) });
    let (code, report) = ask(
        &serde_json::json!({ "forward": [fold(2018), fold(2019)], "one": fold(2020) }),
        &[],
    );
    assert_eq!(
        (code, &report["protocol"], list(&report["folds"]).len()),
        (0, &Value::from("2 folds from file"), 2),
        "{report}"
    );
    let one = serde_json::json!({ "a": [fold(2018)], "b": [fold(2019)] });
    let (code, report) = ask(&one, &["--splits-key", "b"]);
    assert_eq!(
        (
            code,
            &report["interval"]["roc_auc"],
            list(&report["folds"]).len()
        ),
        (0, &Value::Null, 1),
        "one fold has no interval"
    );
    assert_eq!(ask(&one, &[]).0, 2, "which of the two?");
    let backward = serde_json::json!([{ "train": years(2018, 2021), "test": years(2015, 2018) }]);
    assert_eq!(ask(&backward, &[]).0, 2, "the future of the same people");
    assert_eq!(
        ask(&serde_json::json!([[0, 1, 999]]), &[]).0,
        2,
        "no such row"
    );
}

#[test]
fn groups_are_folded_as_the_store_folds_them() {
    let row = |row: usize| {
        let gender = ["Female", "female", " FEMALE", "Male", "male ", "M"][row % 6];
        format!(
            "{},{},{gender}\n",
            u8::from(row.is_multiple_of(5)),
            if row.is_multiple_of(3) { 0.9 } else { 0.1 }
        )
    };
    let path = file(
        "spellings.csv",
        &format!(
            "left,score,Gender\n{}",
            (0..300).map(row).collect::<String>()
        ),
    );
    let asked = [
        "fairness", &path, "--truth", "left", "--score", "score", "--groups", "Gender",
    ];
    let groups = |report: &Value| -> Vec<(String, u64)> {
        let groups = report["groups"]["Gender"]["by_group"].as_object().unwrap();
        groups
            .iter()
            .map(|(name, row)| (name.clone(), row["n"].as_u64().unwrap()))
            .collect()
    };
    let (code, report) = tool(&[&asked[..], &["--cutoff", "0.5"]].concat());
    let named = |pairs: &[(&str, u64)]| {
        pairs
            .iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (code, groups(&report)),
        (0, named(&[("FEMALE", 150), ("M", 50), ("Male", 100)]))
    );
    let refused = tool(&[&asked[..], &["--cutoff", "0.5", "--use-case", "attrition"]].concat());
    assert_eq!(refused.0, 2, "the use case has no level M");
    // Nobody is flagged: no verdict, and Fairlearn's differences of 0 all the same.
    let (_, report) = tool(&[&asked[..], &["--cutoff", "0.95"]].concat());
    let audit = &report["groups"]["Gender"];
    assert!(
        audit["verdict"]
            .as_object()
            .unwrap()
            .values()
            .all(|verdict| verdict == "could_not_compute"),
        "{}",
        audit["verdict"]
    );
    assert_eq!(audit["difference"]["selection_rate"]["value"], 0.0);
}

#[test]
fn drift_names_columns_that_are_new() {
    let people = |header: &str, more: &str| {
        format!("{header}\n")
            + &(0..60)
                .map(|row| format!("{},a{}{more}\n", row % 7, row % 3))
                .collect::<String>()
    };
    let reference = file("old columns.csv", &people("age,job", ""));
    let current = file("new columns.csv", &people("age,job,bonus,site", ",1,x"));
    let new = |reference: &str, current: &str| {
        tool(&["drift", "--reference", reference, "--current", current]).1["new_columns"].clone()
    };
    assert_eq!(
        new(&reference, &current),
        serde_json::json!(["bonus", "site"])
    );
    assert_eq!(new(&current, &current), serde_json::json!([]));
}

#[test]
fn profile_writes_a_page_of_its_own() {
    let Some(people) = shared("data/ibm_hr_attrition_1470.csv") else {
        return;
    };
    let page = file("profile.html", "");
    let (code, profile) = tool(&["profile", &people, "--target", "Attrition", "--html", &page]);
    assert_eq!((code, &profile["rows"]), (0, &Value::from(1470)));
    let html = std::fs::read_to_string(page).unwrap();
    assert!(
        html.contains("MonthlyIncome") && !html.contains("NaN") && !html.contains("http"),
        "needs nothing but itself"
    );
    let typed = tool(&["profile", &people, "--use-case", "attrition"]).1;
    assert!(
        typed["columns"]
            .as_array()
            .unwrap()
            .iter()
            .any(|column| column["against_target"]["strength"].is_f64())
    );
}

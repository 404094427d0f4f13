//! Addresses of pages and files: made and read in one place, by links, navigation, router and the
//! table of roles alike.

use crate::query::{decode, encode};
use crate::words::words;
use crate::{
    AlertId, CheckId, CycleId, DatasetId, JobId, PersonId, PredictionId, RunId, UseCaseId,
    VersionNumber,
};

/// Defines the routes with their patterns, in the order in which an address is read: the first that
/// fits wins.
macro_rules! routes {
    ($($(#[$meta:meta])* $name:ident $({ $($field:ident: $type:ty),+ $(,)? })? = $pattern:literal),+ $(,)?) => {
        /// A page, a file or the target of a form of the site.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "a field is the part of the pattern that bears its name")]
        pub enum Route {
            $(
                $(#[$meta])*
                #[doc = ""]
                #[doc = concat!("Pattern: `", $pattern, "`.")]
                $name $({ $($field: $type),+ })?
            ),+
        }

        /// Patterns of the routes by name, as the router reads them: `{name}` stands for one part.
        pub mod pattern {
            #![expect(non_upper_case_globals, reason = "named as the routes")]
            $(
                #[doc = concat!("`", $pattern, "`")]
                pub const $name: &str = $pattern;
            )+
        }

        impl Route {
            /// Every pattern.
            pub const PATTERNS: &[&str] = &[$($pattern),+];

            /// The address, percent-encoded.
            pub fn path(&self) -> String {
                match self {
                    $(Self::$name $({ $($field),+ })? => fill($pattern, &[$($(&$field.to_string()),+)?])),+
                }
            }

            /// The pattern that the address is made by.
            pub fn pattern(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $pattern),+
                }
            }

            /// The route of a percent-encoded path without its query string; `None` when there is
            /// none.
            pub fn parse(path: &str) -> Option<Self> {
                let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
                Self::PATTERNS
                    .iter()
                    .enumerate()
                    .find_map(|(place, pattern)| Self::of(place, &mut values(pattern, &parts)?.into_iter()))
            }

            /// The route at a place of [`Route::PATTERNS`], of the values of its fields. Once for all of them: a reading of each
            /// route by itself would be a good part of the browser build.
            fn of(place: usize, values: &mut std::vec::IntoIter<&str>) -> Option<Self> {
                let mut at = 0;
                $(
                    if place == at {
                        return Some(Self::$name $({ $($field: values.next()?.parse().ok()?),+ })?);
                    }
                    at += 1;
                )+
                debug_assert!(place < at, "a place beyond the patterns");
                None
            }
        }
    };
}

routes! {
    Home = "/",
    SignIn = "/sign-in",
    SignOut = "/sign-out",
    /// Where an account's first password is set.
    SetUp { link: String } = "/set-up/{link}",
    Account = "/account",
    ChangePassword = "/account/password",
    SignOutEverywhere = "/account/sign-out-everywhere",
    CreateToken = "/account/tokens",
    RevokeToken = "/account/tokens/revoke",
    Users = "/users",
    SetRoles = "/users/roles",
    SetDisabled = "/users/disabled",
    RenewSetUp = "/users/link",
    AuditLog = "/audit",
    AuditExport = "/audit/record.jsonl",
    AuditCsv = "/audit/record.csv",
    Glossary = "/help/glossary",
    /// Latency, throughput and errors by day.
    Operations = "/operations",

    UseCases = "/use-cases",
    /// Files from which a use case is made.
    NewUseCase = "/use-cases/new",
    /// The use case that the person is making from files.
    UseCaseDraft = "/use-cases/draft",
    Definition { use_case: UseCaseId } = "/use-case/{use_case}/definition",
    /// A definition in the store is changed.
    DefinitionEdit { use_case: UseCaseId } = "/use-case/{use_case}/definition/edit",
    DefinitionSave { use_case: UseCaseId } = "/use-case/{use_case}/definition/save",
    /// Two versions of a definition.
    DefinitionCompare { use_case: UseCaseId } = "/use-case/{use_case}/definition/compare",
    /// The feature catalog.
    Features { use_case: UseCaseId } = "/use-case/{use_case}/features",
    DefinitionToml { use_case: UseCaseId } = "/use-case/{use_case}/definition.toml",

    Dashboard { use_case: UseCaseId } = "/use-case/{use_case}",
    Person { use_case: UseCaseId, person: PersonId } = "/use-case/{use_case}/person/{person}",
    PeopleCsv { use_case: UseCaseId } = "/use-case/{use_case}/people.csv",
    PeopleExcel { use_case: UseCaseId } = "/use-case/{use_case}/people.xlsx",
    PeopleParquet { use_case: UseCaseId } = "/use-case/{use_case}/people.parquet",
    WhatIf { use_case: UseCaseId } = "/use-case/{use_case}/what-if",
    /// Writes a scenario to the prediction log.
    WhatIfSave { use_case: UseCaseId } = "/use-case/{use_case}/what-if/scenario",
    /// The prediction log.
    Predictions { use_case: UseCaseId } = "/use-case/{use_case}/predictions",
    PredictionExport { use_case: UseCaseId, format: String } = "/use-case/{use_case}/predictions/export/{format}",
    /// What the prediction log keeps, and its holds.
    PredictionPolicy { use_case: UseCaseId } = "/use-case/{use_case}/predictions/policy",
    PredictionPolicySave { use_case: UseCaseId } = "/use-case/{use_case}/predictions/policy/save",
    PredictionHold { use_case: UseCaseId } = "/use-case/{use_case}/predictions/policy/hold",
    PredictionRelease { use_case: UseCaseId } = "/use-case/{use_case}/predictions/policy/release",
    PredictionPurge { use_case: UseCaseId } = "/use-case/{use_case}/predictions/policy/purge",
    Prediction { use_case: UseCaseId, prediction: PredictionId } = "/use-case/{use_case}/predictions/{prediction}",
    /// The live model, for scoring in the browser.
    LiveModel { use_case: UseCaseId } = "/use-case/{use_case}/model.bin",

    Datasets { use_case: UseCaseId } = "/use-case/{use_case}/data",
    TrainingSet { use_case: UseCaseId } = "/use-case/{use_case}/data/training-set",
    DatasetImport { use_case: UseCaseId } = "/use-case/{use_case}/data/import",
    /// What an import would do, before anything is stored.
    ImportPreview { use_case: UseCaseId } = "/use-case/{use_case}/data/preview",
    ImportPreviewAnswer { use_case: UseCaseId } = "/use-case/{use_case}/data/preview/answer",
    DatasetCompare { use_case: UseCaseId } = "/use-case/{use_case}/data/compare",
    Dataset { use_case: UseCaseId, dataset: DatasetId } = "/use-case/{use_case}/data/{dataset}",
    DatasetWithdraw { use_case: UseCaseId, dataset: DatasetId } = "/use-case/{use_case}/data/{dataset}/withdraw",
    DatasetProfileHtml { use_case: UseCaseId, dataset: DatasetId } = "/use-case/{use_case}/data/{dataset}/profile.html",
    DatasetProfileJson { use_case: UseCaseId, dataset: DatasetId } = "/use-case/{use_case}/data/{dataset}/profile.json",

    Sources { use_case: UseCaseId } = "/use-case/{use_case}/sources",
    SourceAdd { use_case: UseCaseId } = "/use-case/{use_case}/sources/add",
    SourceTest { use_case: UseCaseId, source: String } = "/use-case/{use_case}/sources/{source}/test",
    SourceImport { use_case: UseCaseId, source: String } = "/use-case/{use_case}/sources/{source}/import",
    SourceRemove { use_case: UseCaseId, source: String } = "/use-case/{use_case}/sources/{source}/remove",

    Alerts { use_case: UseCaseId } = "/use-case/{use_case}/alerts",
    ChannelTest { use_case: UseCaseId, channel: String } = "/use-case/{use_case}/alerts/channels/{channel}/test",
    ChannelSwitch { use_case: UseCaseId, channel: String } = "/use-case/{use_case}/alerts/channels/{channel}/switch",
    Alert { use_case: UseCaseId, alert: AlertId } = "/use-case/{use_case}/alerts/{alert}",
    AlertAcknowledge { use_case: UseCaseId, alert: AlertId } = "/use-case/{use_case}/alerts/{alert}/acknowledge",
    AlertSnooze { use_case: UseCaseId, alert: AlertId } = "/use-case/{use_case}/alerts/{alert}/snooze",
    AlertAssign { use_case: UseCaseId, alert: AlertId } = "/use-case/{use_case}/alerts/{alert}/assign",

    Cycles { use_case: UseCaseId } = "/use-case/{use_case}/cycles",
    /// What a cycle would do.
    CyclePlan { use_case: UseCaseId } = "/use-case/{use_case}/cycles/plan",
    CycleRun { use_case: UseCaseId } = "/use-case/{use_case}/cycles/run",
    ScheduleSet { use_case: UseCaseId } = "/use-case/{use_case}/cycles/schedule",
    ScheduleRemove { use_case: UseCaseId } = "/use-case/{use_case}/cycles/schedule/off",
    Cycle { use_case: UseCaseId, cycle: CycleId } = "/use-case/{use_case}/cycles/{cycle}",
    CycleEvents { use_case: UseCaseId, cycle: CycleId } = "/events/cycles/{use_case}/{cycle}",
    CycleRetry { use_case: UseCaseId, cycle: CycleId } = "/use-case/{use_case}/cycles/{cycle}/retry",
    CycleCancel { use_case: UseCaseId, cycle: CycleId } = "/use-case/{use_case}/cycles/{cycle}/cancel",
    CycleFile { use_case: UseCaseId, cycle: CycleId, file: String } = "/use-case/{use_case}/cycles/{cycle}/files/{file}",

    Train { use_case: UseCaseId } = "/use-case/{use_case}/train",
    Jobs { use_case: UseCaseId } = "/use-case/{use_case}/jobs",
    Job { job: JobId } = "/jobs/{job}",
    /// Server-sent events of an open job.
    JobEvents { job: JobId } = "/events/jobs/{job}",
    Runs { use_case: UseCaseId } = "/use-case/{use_case}/runs",
    /// Experiments of clients, which belong to no use case.
    Experiments = "/runs/experiments",
    Experiment { experiment: String } = "/runs/experiments/{experiment}",
    RunCompare = "/runs/compare",
    RunCompareHtml = "/runs/compare.html",
    Run { run: RunId } = "/runs/{run}",
    RunFile { run: RunId, name: String } = "/runs/{run}/files/{name}",
    /// Makes a version of a candidate of the run.
    RunRegister { run: RunId } = "/candidates/{run}",
    RunPart { run: RunId, part: RunPart } = "/runs/{run}/{part}",
    /// A file of a run as it is.
    Artifact { run: RunId, name: String } = "/artifacts/{run}/{name}",

    Models { use_case: UseCaseId } = "/use-case/{use_case}/models",
    /// Where a model of another system is sent.
    ModelImport { use_case: UseCaseId } = "/use-case/{use_case}/models/import",
    Model { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}",
    ModelOnnx { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/model.onnx",
    ModelReview { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/review",
    ModelCard { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/card",
    ModelCardHtml { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/card.html",
    ModelCardMarkdown { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/card.md",
    ModelFairness { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/fairness",
    ModelFairnessHtml { use_case: UseCaseId, version: VersionNumber } = "/use-case/{use_case}/models/{version}/fairness.html",
    /// What happened to the models of a use case.
    Timeline { use_case: UseCaseId } = "/use-case/{use_case}/timeline",
    Reviews { use_case: UseCaseId } = "/use-case/{use_case}/review",

    /// The fairness of each cycle, and the same as a file.
    FairnessInUse { use_case: UseCaseId } = "/use-case/{use_case}/fairness",
    FairnessInUseCsv { use_case: UseCaseId } = "/use-case/{use_case}/fairness/cycles.csv",

    DriftHistory { use_case: UseCaseId } = "/use-case/{use_case}/drift",
    DriftCompare { use_case: UseCaseId } = "/use-case/{use_case}/drift/compare",
    DriftSimulate { use_case: UseCaseId } = "/use-case/{use_case}/drift/simulate",
    DriftCheck { use_case: UseCaseId, check: CheckId } = "/use-case/{use_case}/drift/{check}",
    DriftExport { use_case: UseCaseId, check: CheckId, format: String } = "/use-case/{use_case}/drift/{check}/{format}",
    /// The monitoring policy, its versions and, for administrators, its form.
    MonitoringPolicy { use_case: UseCaseId } = "/use-case/{use_case}/monitoring-policy",
    MonitoringPolicySave { use_case: UseCaseId } = "/use-case/{use_case}/monitoring-policy/save",
    Outcomes { use_case: UseCaseId } = "/use-case/{use_case}/outcomes",
    PerformanceCsv { use_case: UseCaseId } = "/use-case/{use_case}/outcomes/performance.csv",
    OutcomesImport { use_case: UseCaseId } = "/use-case/{use_case}/outcomes/import",
    OutcomesWithdraw { use_case: UseCaseId, import: String } = "/use-case/{use_case}/outcomes/{import}/withdraw",
}

words! {
    /// A part of a run's page beside the overview.
    pub enum RunPart {
        Figures = "figures",
        Errors = "errors",
        Made = "made",
    }
}

impl Route {
    /// The use case that the address names.
    pub fn use_case(&self) -> Option<UseCaseId> {
        let path = self.path();
        let mut parts = path.split('/').skip(1);
        (parts.next() == Some("use-case"))
            .then(|| parts.next().map(|id| UseCaseId::new(decode(id))))
            .flatten()
    }

    /// The address with a query string of pairs; empty values are left out.
    pub fn with_query<K: AsRef<str>, V: AsRef<str>>(&self, pairs: &[(K, V)]) -> String {
        let pairs = pairs
            .iter()
            .map(|(key, value)| (key.as_ref(), value.as_ref()));
        let pairs: Vec<(&str, &str)> = pairs.filter(|(_, value)| !value.is_empty()).collect();
        format!("{}{}", self.path(), crate::query::query_string(&pairs))
    }
}

impl std::fmt::Display for Route {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.path())
    }
}

/// The address that a pattern gives with values in place of its names, in their order.
/// [`Route::path`] is the typed way; the browser takes this one, since a `Route` brings every
/// address of the site with it.
pub fn fill(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let parts = pattern.split('/').map(|part| match part.starts_with('{') {
        true => encode(values.next().copied().unwrap_or_default()),
        false => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The values that stand in the places of a pattern's names; `None` when the parts do not fit it.
fn values<'a>(pattern: &str, parts: &'a [String]) -> Option<Vec<&'a str>> {
    let wanted: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    if wanted.len() != parts.len() {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, part) in wanted.into_iter().zip(parts) {
        if wanted.starts_with('{') {
            values.push(part.as_str());
        } else if wanted != part {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back() {
        let routes = [
            Route::Home,
            Route::Person {
                use_case: "attrition".into(),
                person: "R&D/7 ü".into(),
            },
            Route::Model {
                use_case: "a".into(),
                version: VersionNumber::FIRST,
            },
            Route::RunPart {
                run: "r".into(),
                part: RunPart::Made,
            },
            Route::RunFile {
                run: "r".into(),
                name: "a b.json".into(),
            },
            Route::DatasetCompare {
                use_case: "a".into(),
            },
            Route::RunCompare,
        ];
        for route in routes {
            assert_eq!(Route::parse(&route.path()), Some(route.clone()), "{route}");
        }
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(
            Route::Person {
                use_case: "a".into(),
                person: "x/</y".into()
            }
            .path(),
            "/use-case/a/person/x%2F%3C%2Fy"
        );
        assert_eq!(
            Route::Train {
                use_case: "a".into()
            }
            .with_query(&[("data", "1&2"), ("x", "")]),
            "/use-case/a/train?data=1%262"
        );
    }

    #[test]
    fn fixed_words_come_before_values() {
        assert_eq!(Route::parse("/runs/compare"), Some(Route::RunCompare));
        assert_eq!(
            Route::parse("/use-case/churn/"),
            Some(Route::Dashboard {
                use_case: "churn".into()
            })
        );
        assert_eq!(Route::parse("/use-case/churn/models/x"), None);
        assert_eq!(Route::parse("/nowhere"), None);
    }

    #[test]
    fn a_route_knows_its_use_case() {
        assert_eq!(
            Route::Jobs {
                use_case: "a b".into()
            }
            .use_case(),
            Some("a b".into())
        );
        assert_eq!(Route::Users.use_case(), None);
    }
}

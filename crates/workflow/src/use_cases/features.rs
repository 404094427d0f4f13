//! The feature catalog: every field and derived field of a use case, where its values come from,
//! which versions read it, and how it was filled and drifted over time. Values are those that were
//! known at the snapshot date: a dataset holds what its files said then, and a derived field is
//! computed from these.

use std::sync::Arc;

use domain::{Date, DriftVerdict, VersionNumber};
use model::derived::Derived;
use model::{Field, Kind, Role, UseCase};
use serde::Serialize;
use store::datasets::Dataset;
use store::registry;

use crate::{Member, Result, Tenure, Viewer};

/// Snapshots whose missing rates are shown.
const SNAPSHOTS: usize = 12;
/// Drift checks that are counted, the newest of each day.
const CHECKS: usize = 12;
/// Versions that are looked into, newest first.
const VERSIONS: usize = 24;

/// The catalog of a use case.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FeatureCatalog {
    pub use_case: String,
    pub title: String,
    /// The snapshots of the missing rates, newest first.
    pub snapshots: Vec<CatalogSnapshot>,
    /// Fields in the order of the use case, then derived fields.
    pub features: Vec<FeatureRow>,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CatalogSnapshot {
    pub dataset_id: String,
    pub name: String,
    pub as_of: Date,
}

/// A field or derived field.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FeatureRow {
    pub name: String,
    pub label: String,
    /// What it says, in a sentence; empty where the use case says nothing.
    pub definition: String,
    pub source: FeatureSource,
    /// `None` for derived fields.
    #[schema(value_type = Option<String>)]
    pub kind: Option<Kind>,
    pub unit: String,
    pub role: FeatureRole,
    /// Versions that read it, newest first.
    pub versions: Vec<VersionNumber>,
    /// For each snapshot; `None` where the snapshot has no such column.
    pub missing: Vec<Option<MissingRate>>,
    /// `None`: no check has compared it.
    pub drift: Option<FeatureDrift>,
}

/// Where the values come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[derive(utoipa::ToSchema)]
pub enum FeatureSource {
    /// A column of the files, with the other names under which it may come.
    Column { name: String, aliases: Vec<String> },
    /// Bins of a number, by their inner edges.
    Bins {
        of: String,
        edges: Vec<f64>,
        labels: Vec<String>,
    },
    /// Arithmetic over fields.
    Formula { text: String, of: Vec<String> },
}

/// What a feature is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[derive(utoipa::ToSchema)]
pub enum FeatureRole {
    Input,
    /// Audited for fairness, no model input.
    Protected,
    /// Audited for fairness and a model input: the use case says so.
    ProtectedInput,
    PostOutcome,
    Ignored,
}

impl FeatureRole {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Protected => "Protected attribute",
            Self::ProtectedInput => "Protected attribute, used as input",
            Self::PostOutcome => "Known after the outcome",
            Self::Ignored => "Ignored",
        }
    }
}

/// Share of the rows of a snapshot without a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MissingRate {
    /// 0..=1
    pub rate: f64,
    /// It may be more: a formula also has no value where it divides by zero, or where different
    /// people lack different fields of it.
    pub at_least: bool,
}

/// What the latest drift checks say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FeatureDrift {
    /// Of the newest check that compared it.
    pub newest: DriftVerdict,
    pub as_of: Date,
    /// Checks in which it drifted.
    pub drifted: usize,
    pub checks: usize,
}

impl Tenure {
    /// The feature catalog of a use case, with the rates that the viewer may see.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn feature_catalog(
        &self,
        member: &Member<'_>,
        use_case: &str,
    ) -> Result<FeatureCatalog> {
        self.refresh_use_cases().await?;
        let definition = self.use_case(use_case)?;
        let mut features: Vec<FeatureRow> = definition
            .fields
            .iter()
            .map(|field| of_field(field, &definition))
            .chain(
                definition
                    .derived
                    .iter()
                    .map(|derived| of_derived(derived, &definition)),
            )
            .collect();
        self.add_versions(use_case, &mut features).await?;
        let viewer = Viewer::from(member);
        let snapshots = self.newest_snapshots(use_case).await?;
        for snapshot in &snapshots {
            let profile = self.profile_for(&viewer, snapshot).await?;
            let rate = |name: &str| {
                let column = profile.columns.iter().find(|column| column.name == name)?;
                Some(column.missing_rate)
            };
            for feature in &mut features {
                let missing = missing_rate(&feature.source, &rate);
                feature.missing.push(missing);
            }
        }
        self.add_drift(member, use_case, &mut features).await?;
        let brief = |dataset: &Dataset| CatalogSnapshot {
            dataset_id: dataset.dataset_id.to_string(),
            name: dataset.name.clone(),
            as_of: dataset.as_of,
        };
        Ok(FeatureCatalog {
            use_case: definition.id.clone(),
            title: definition.title.clone(),
            snapshots: snapshots.iter().map(brief).collect(),
            features,
        })
    }

    /// The newest snapshots of people, one a day; of files for training where there are no others.
    async fn newest_snapshots(&self, use_case: &str) -> Result<Vec<Dataset>> {
        let mut all = self.all_datasets(Some(use_case)).await?;
        all.retain(|dataset| dataset.withdrawn_at.is_none());
        if all.iter().any(|dataset| dataset.purpose.is_for_scoring()) {
            all.retain(|dataset| dataset.purpose.is_for_scoring());
        }
        all.dedup_by_key(|dataset| dataset.as_of);
        all.truncate(SNAPSHOTS);
        Ok(all)
    }

    async fn add_versions(&self, use_case: &str, features: &mut [FeatureRow]) -> Result<()> {
        let versions = registry::list(&mut self.store.read().await?, &use_case.into()).await?;
        for version in versions.iter().take(VERSIONS) {
            let read = self.read_by(version).await?;
            for feature in features.iter_mut() {
                if read.contains(&feature.name) {
                    feature.versions.push(version.version);
                }
            }
        }
        for feature in features {
            feature
                .versions
                .sort_unstable_by(|one, other| other.cmp(one));
        }
        Ok(())
    }

    /// Names of the fields and derived fields that a version reads.
    async fn read_by(&self, version: &registry::Version) -> Result<Arc<Vec<String>>> {
        let make = async {
            let model = self.model_file(version).await?.1.model;
            let fields = model.encoder.fields.iter().map(|field| field.name.clone());
            let inputs: Vec<&str> = model
                .encoder
                .inputs
                .iter()
                .map(|input| input.name.as_str())
                .collect();
            let is_read = |derived: &&Derived| {
                inputs.iter().any(|input| {
                    input
                        .strip_prefix(derived.name.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
                })
            };
            let derived = model
                .use_case
                .derived
                .iter()
                .filter(is_read)
                .map(|derived| derived.name.clone());
            Ok(Arc::new(fields.chain(derived).collect()))
        };
        self.caches
            .inputs
            .get_or_make(
                &format!("{} {}", version.use_case, version.model_hash),
                make,
            )
            .await
    }

    async fn add_drift(
        &self,
        member: &Member<'_>,
        use_case: &str,
        features: &mut [FeatureRow],
    ) -> Result<()> {
        let viewer = Viewer::from(member);
        // Newest first; of a day the one that was made last.
        let mut checks = self.checks(member, use_case).await?;
        checks.dedup_by_key(|check| check.as_of);
        for check in checks.iter().take(CHECKS) {
            let report = self.drift_report_for(&viewer, check).await?;
            for column in &report.features.columns {
                let Some(feature) = features.iter_mut().find(|own| own.name == column.name) else {
                    continue;
                };
                let drift = feature.drift.get_or_insert(FeatureDrift {
                    newest: column.verdict,
                    as_of: check.as_of,
                    drifted: 0,
                    checks: 0,
                });
                drift.checks += 1;
                drift.drifted += usize::from(column.verdict == DriftVerdict::Drifted);
            }
        }
        Ok(())
    }
}

fn of_field(field: &Field, use_case: &UseCase) -> FeatureRow {
    let role = match field.role {
        Role::Feature => FeatureRole::Input,
        Role::Protected if use_case.include_protected => FeatureRole::ProtectedInput,
        Role::Protected => FeatureRole::Protected,
        Role::PostOutcome => FeatureRole::PostOutcome,
        Role::Ignored => FeatureRole::Ignored,
    };
    FeatureRow {
        name: field.name.clone(),
        label: field.label.clone(),
        definition: field.help.clone(),
        source: FeatureSource::Column {
            name: field.name.clone(),
            aliases: field.aliases.clone(),
        },
        kind: Some(field.kind),
        unit: field.unit.clone(),
        role,
        versions: Vec::new(),
        missing: Vec::new(),
        drift: None,
    }
}

/// A derived field of a protected field is protected too.
fn of_derived(derived: &Derived, use_case: &UseCase) -> FeatureRow {
    let sources = derived.sources();
    let fields: Vec<&Field> = sources
        .iter()
        .filter_map(|name| use_case.field(name))
        .collect();
    let has = |role: Role| fields.iter().any(|field| field.role == role);
    let role = if has(Role::Ignored) {
        FeatureRole::Ignored
    } else if has(Role::PostOutcome) {
        FeatureRole::PostOutcome
    } else if !has(Role::Protected) {
        FeatureRole::Input
    } else if use_case.include_protected {
        FeatureRole::ProtectedInput
    } else {
        FeatureRole::Protected
    };
    let labels = |names: &[String]| {
        let labels: Vec<String> = names.iter().map(|name| use_case.label(name)).collect();
        labels.join(", ")
    };
    let (definition, source) = match (&derived.bins, &derived.formula) {
        (Some(bins), _) => (
            format!(
                "{} in groups: {}.",
                use_case.label(&bins.of),
                bins.labels.join(", ")
            ),
            FeatureSource::Bins {
                of: bins.of.clone(),
                edges: bins.edges.clone(),
                labels: bins.labels.clone(),
            },
        ),
        (None, formula) => (
            format!("Computed from {}.", labels(&sources)),
            FeatureSource::Formula {
                text: formula.clone().unwrap_or_default(),
                of: sources,
            },
        ),
    };
    FeatureRow {
        name: derived.name.clone(),
        label: derived.label.clone(),
        definition,
        source,
        kind: None,
        unit: String::new(),
        role,
        versions: Vec::new(),
        missing: Vec::new(),
        drift: None,
    }
}

/// The rate of a feature from those of the columns.
fn missing_rate(
    source: &FeatureSource,
    of_column: &dyn Fn(&str) -> Option<f64>,
) -> Option<MissingRate> {
    match source {
        FeatureSource::Column { name, .. } | FeatureSource::Bins { of: name, .. } => {
            of_column(name).map(|rate| MissingRate {
                rate,
                at_least: false,
            })
        }
        FeatureSource::Formula { of, .. } => {
            let rates: Option<Vec<f64>> = of.iter().map(|name| of_column(name)).collect();
            let rate = rates?.into_iter().max_by(f64::total_cmp)?;
            Some(MissingRate {
                rate,
                at_least: true,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_lacks_at_least_what_its_fields_lack() {
        let rates = |name: &str| match name {
            "pay" => Some(0.25),
            "years" => Some(0.5),
            _ => None,
        };
        let formula = |of: &[&str]| FeatureSource::Formula {
            text: String::new(),
            of: of.iter().map(|name| (*name).to_owned()).collect(),
        };
        let found = missing_rate(&formula(&["pay", "years"]), &rates);
        assert_eq!(
            found,
            Some(MissingRate {
                rate: 0.5,
                at_least: true
            })
        );
        assert_eq!(missing_rate(&formula(&["pay", "gone"]), &rates), None);
        let bins = FeatureSource::Bins {
            of: "pay".into(),
            edges: vec![1.0],
            labels: vec!["low".into(), "high".into()],
        };
        assert_eq!(
            missing_rate(&bins, &rates),
            Some(MissingRate {
                rate: 0.25,
                at_least: false
            })
        );
    }
}

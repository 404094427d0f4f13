//! How evidence is put together, and read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{RefusalCode, RunId, VersionNumber};
use monitoring::check::feature_drift;
use monitoring::compare::Detail;
use store::datasets::{self, Dataset};
use store::{registry, runs};
use training::gates::ValidGatePolicy;

use super::importance;
use super::queries::found;
use super::side_by_side::{Champion, OTHER_DEFINITION, judge, side_by_side};
use super::{EvidenceManifest, EvidencePackage};
use crate::card::{self, Facts};
use crate::datasets::Under;
use crate::runs::artifacts::{EVIDENCE, EXPLANATION, GATE_POLICY};
use crate::{Error, Result, Tenure, error::compute};

impl Tenure {
    /// Writes down the gates before the training begins: they cannot be chosen by its outcome.
    pub(crate) async fn record_policy(
        &self,
        run_id: &RunId,
        policy: &ValidGatePolicy,
    ) -> Result<()> {
        let bytes = serde_json::to_vec(&policy.as_judged()).map_err(store::Error::from)?;
        let byte_count = bytes.len() as i64;
        let hash = self.store.put_artifact(bytes).await?;
        let tags = vec![
            ("gate_policy".to_owned(), policy.name.clone()),
            ("gate_policy_hash".to_owned(), hash.clone()),
        ];
        let artifacts = vec![runs::Artifact {
            name: GATE_POLICY.into(),
            hash,
            byte_count,
            media_type: "application/json".into(),
        }];
        let details = runs::Details {
            tags,
            artifacts,
            ..runs::Details::default()
        };
        let mut transaction = self.store.begin().await?;
        runs::insert_details(&mut transaction, run_id, &details).await?;
        Ok(transaction.commit().await?)
    }

    /// What the evidence of a version would be made of now.
    pub(crate) async fn sources(&self, version: &registry::Version) -> Result<EvidenceManifest> {
        self.sources_in(&mut self.store.read().await?, version)
            .await
    }

    /// The same within a transaction.
    pub(super) async fn sources_in(
        &self,
        reader: &mut store::Reader,
        version: &registry::Version,
    ) -> Result<EvidenceManifest> {
        let details = runs::details(reader, &version.run_id).await?;
        let live = registry::live(reader, &version.use_case)
            .await?
            .and_then(|change| change.version);
        let champion = match live {
            Some(number) => registry::find(reader, &version.use_case, number)
                .await?
                .map(|live| (number, live.model_hash)),
            None => None,
        };
        let revisions = store::card::revisions(reader, &version.use_case, version.version).await?;
        let dataset = datasets::find(reader, &version.dataset_id).await?;
        let no_data = || {
            Error::internal(format!(
                "the data of version {} is not in the store",
                version.version
            ))
        };
        let wanted = [EVIDENCE, "data_profile.json", EXPLANATION, GATE_POLICY];
        let files: BTreeMap<String, String> = details
            .artifacts
            .into_iter()
            .filter(|artifact| wanted.contains(&artifact.name.as_str()))
            .map(|artifact| (artifact.name, artifact.hash))
            .collect();
        let unrecorded = || {
            Error::conflict(
                RefusalCode::PolicyChanged,
                format!(
                    "The gates of version {} were not set before its training. Train a new version.",
                    version.version
                ),
            )
        };
        let champion = champion.filter(|(number, _)| *number != version.version);
        let shadow = match &champion {
            Some((live, _)) => {
                self.shadow_evidence(reader, &version.use_case, version.version, *live)
                    .await?
            }
            None => None,
        };
        Ok(EvidenceManifest {
            shadow: shadow.map(|own| own.batch),
            use_case: version.use_case.clone(),
            version: version.version,
            author: version.author.clone(),
            description: version.description.clone(),
            limitations: revisions.first().map_or(0, |revision| revision.revision),
            model_hash: version.model_hash.clone(),
            data_hash: dataset.ok_or_else(no_data)?.hash,
            policy_hash: files.get(GATE_POLICY).cloned().ok_or_else(unrecorded)?,
            files,
            champion,
        })
    }

    /// The gates that a version was trained under.
    pub(crate) async fn policy_of(&self, sources: &EvidenceManifest) -> Result<ValidGatePolicy> {
        let bytes = self.store.artifact(&sources.policy_hash).await?;
        Ok(serde_json::from_slice(&bytes).map_err(store::Error::from)?)
    }

    /// A package that was kept.
    pub(crate) async fn stored_package(&self, hash: &str) -> Result<Arc<EvidencePackage>> {
        let make = async {
            let bytes = self.store.artifact(hash).await?;
            compute(move || {
                Ok(Arc::new(
                    serde_json::from_slice(&bytes).map_err(store::Error::from)?,
                ))
            })
            .await
        };
        self.caches.packages.get_or_make(hash, make).await
    }

    /// The evidence of a version as things stand now.
    pub(crate) async fn package(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<EvidencePackage>> {
        let sources = self.sources(version).await?;
        let key = sources.key()?;
        self.caches
            .packages
            .get_or_make(&key, self.make_package(version, sources))
            .await
    }

    async fn make_package(
        &self,
        version: &registry::Version,
        sources: EvidenceManifest,
    ) -> Result<Arc<EvidencePackage>> {
        let policy = self.policy_of(&sources).await?;
        let facts = self.card_facts(version).await?;
        let people = self.people_of_version(version).await?;
        let champion = match &sources.champion {
            Some((number, _)) => Some(
                self.champion_of(&version.use_case, *number, &facts.dataset)
                    .await?,
            ),
            None => None,
        };
        let shadow = match (&sources.champion, &sources.shadow) {
            (Some((live, _)), Some(batch)) => {
                let reader = &mut self.store.read().await?;
                let found = self
                    .shadow_evidence(reader, &version.use_case, version.version, *live)
                    .await?;
                found.filter(|own| own.batch == *batch)
            }
            _ => None,
        };
        let importance = match &sources.champion {
            Some((live, _)) => {
                let other = self.version(&version.use_case, *live).await?;
                let other = found(self.explanation_of(&other).await)?;
                Some(importance::change(
                    (version.version, facts.explanation.as_deref()),
                    (*live, other.as_deref()),
                ))
            }
            None => None,
        };
        let Facts { dataset, model, .. } = &facts;
        let mut lineage = vec![
            ("Run".to_owned(), version.run_id.to_string()),
            ("Trained".to_owned(), version.created_at.to_string()),
            ("By".to_owned(), version.author.to_string()),
            (
                "Data".to_owned(),
                format!(
                    "{}, {} rows, as of {}",
                    dataset.name, dataset.row_count, dataset.as_of
                ),
            ),
            ("Data SHA-256".to_owned(), dataset.hash.clone()),
            ("Model file SHA-256".to_owned(), version.model_hash.clone()),
            ("Code".to_owned(), facts.code.clone()),
            ("Seed".to_owned(), model.lineage.seed.to_string()),
            (
                "Candidate".to_owned(),
                domain::format::candidate_label(&version.candidate),
            ),
        ];
        lineage.extend(model.lineage.parameters.iter().cloned());
        // The stage is not evidence: it changes by the decision itself.
        let card = facts.card_under_review().markdown();
        let drift_policy = self.policy_in_force(&version.use_case).await?;
        let drift_policy = drift_policy.check().map_err(Error::Fields)?;
        compute(move || {
            let Facts { model, evidence, explanation, revisions, version, .. } = facts;
            let parts = card::parts(
                &model.use_case,
                [&evidence.holdout, &evidence.cross_validated],
                explanation.is_some(),
                &version.description,
                !revisions.is_empty(),
            );
            let side_by_side = side_by_side(&model, &evidence, &people, champion.as_ref())?;
            let gates = judge(&policy, &model.use_case, &evidence, &parts, champion.is_some().then_some(&side_by_side.comparisons));
            let guide = judge(&ValidGatePolicy::guide_strict(), &model.use_case, &evidence, &parts, None);
            let columns: Vec<&str> = model.use_case.inputs().map(|field| field.name.as_str()).collect();
            let (drift, no_drift) = match &champion {
                None => (None, "No version is live yet, so there is no baseline to compare the training data with."),
                Some(Champion { people: None, .. }) => (None, OTHER_DEFINITION),
                Some(Champion { baseline, people: Some(people), .. }) => {
                    // An input that one of the two definitions does not know is a change of the
                    // model, not of the data.
                    let both: Vec<&str> = columns.into_iter().filter(|name| people.table.column(name).is_some()).collect();
                    (Some(feature_drift(baseline, &people.table, Some(&both), &drift_policy, Detail::Usual)), "")
                }
            };
            Ok(Arc::new(EvidencePackage {
                sources,
                policy,
                gates,
                guide,
                errors: evidence.errors.clone(),
                leaks: evidence.leaks.clone(),
                proxies: evidence.proxies.clone(),
                feasibility: evidence.feasibility.clone(),
                stability: evidence.stability.clone(),
                fairness: evidence.cross_validated.fairness.clone(),
                candidate: side_by_side.candidate,
                champion: side_by_side.champion,
                rows: side_by_side.rows,
                comparisons: side_by_side.comparisons,
                drift,
                no_drift: no_drift.to_owned(),
                importance,
                shadow,
                lineage,
                card,
            }))
        })
        .await
    }

    /// The live version, to be compared on the dataset of another.
    async fn champion_of(
        &self,
        use_case: &str,
        number: VersionNumber,
        dataset: &Dataset,
    ) -> Result<Champion> {
        let version = self.version(use_case, number).await?;
        let scorer = self.scorer_of(&version).await?;
        let baseline = self
            .with_people(self.make_baseline(&version).await?)
            .await?;
        let people = match self
            .people_for(dataset, Under::Model(&scorer.model().use_case))
            .await
        {
            Ok(people) => Some(people),
            Err(Error::Conflict {
                code: RefusalCode::OtherDefinition,
                ..
            }) => None,
            Err(error) => return Err(error),
        };
        Ok(Champion {
            number,
            scorer,
            baseline: baseline.people.table.clone(),
            people,
        })
    }
}

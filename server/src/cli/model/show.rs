//! What there is: versions, one version, what was live when.

use serde_json::json;
use workflow::{Actor, Result, Tenure};

use crate::cli::output;

pub async fn list(tenure: &Tenure, use_case: &str, as_json: bool) -> Result<()> {
    let versions = tenure.versions(&Actor::local().member()?, use_case).await?;
    if as_json {
        return output::json(&versions);
    }
    let row = |version: &views::runs::VersionRow| {
        let auc = version.metrics.iter().find(|(name, _)| name == "roc_auc").map(|(_, figure)| output::figure(figure));
        let live = if version.live { "live" } else { "" };
        vec![
            version.version.to_string(),
            version.stage.clone(),
            live.into(),
            version.review.clone(),
            version.candidate.clone(),
            auc.unwrap_or_default(),
            version.created_at.clone(),
        ]
    };
    let rows: Vec<_> = versions.iter().map(row).collect();
    output::table(&["VERSION", "STAGE", "", "REVIEW", "CANDIDATE", "ROC AUC", "CREATED"], &rows);
    Ok(())
}

pub async fn show(tenure: &Tenure, use_case: &str, number: i64) -> Result<()> {
    let actor = Actor::local();
    let member = actor.member()?;
    let (version, model, _) = tenure.registered(&member, use_case, number).await?;
    let reviews: Vec<_> = tenure.review_queue(&member, use_case).await?.into_iter().filter(|row| row.request.version == number).collect();
    let (tags, aliases) = tenure.labels_of(&member, use_case, number).await?;
    output::json(&json!({
        "version": version,
        "lineage": model.lineage,
        "inputs": model.encoder.inputs.iter().map(|input| &input.name).collect::<Vec<_>>(),
        "reviews": reviews,
        "tags": tags.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "aliases": aliases,
    }))
}

pub async fn history(tenure: &Tenure, use_case: &str, as_json: bool) -> Result<()> {
    let history = tenure.live_history(&Actor::local().member()?, use_case).await?;
    if as_json {
        return output::json(&history);
    }
    let rows: Vec<_> = history
        .iter()
        .map(|change| {
            let version = change.version.map_or("none".to_owned(), |version| version.to_string());
            vec![workflow::time_text(change.changed_at), change.kind.clone(), version, change.changed_by.clone(), change.reason.clone()]
        })
        .collect();
    output::table(&["TIME", "CHANGE", "LIVE", "BY", "REASON"], &rows);
    Ok(())
}

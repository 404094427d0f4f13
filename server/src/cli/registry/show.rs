//! Versions, one version, and the history of live versions.

use domain::{Decision, VersionNumber};
use serde_json::json;
use workflow::{Actor, GateResult, Result, Tenure};

use crate::cli::outcome::Outcome;
use crate::cli::output;

pub async fn list(tenure: &Tenure, use_case: &str, as_json: bool) -> Result<()> {
    let versions = tenure.versions(&Actor::local().member()?, use_case).await?;
    if as_json {
        return output::json(&versions);
    }
    let row = |version: &workflow::runs::VersionRow| {
        let auc = version
            .metrics
            .iter()
            .find(|(name, _)| name == "roc_auc")
            .map(|(_, figure)| output::figure(figure));
        let live = if version.live { "live" } else { "" };
        vec![
            version.version.to_string(),
            version.stage.clone(),
            live.into(),
            version.review.clone(),
            version.candidate.clone(),
            auc.unwrap_or_default(),
            version.created_at.long(),
        ]
    };
    let rows: Vec<_> = versions.iter().map(row).collect();
    output::table(
        &[
            "VERSION",
            "STAGE",
            "",
            "REVIEW",
            "CANDIDATE",
            "ROC AUC",
            "CREATED",
        ],
        &rows,
    );
    Ok(())
}

pub async fn show(tenure: &Tenure, use_case: &str, number: VersionNumber) -> Result<()> {
    let actor = Actor::local();
    let member = actor.member()?;
    let (version, model, _) = tenure.registered(&member, use_case, number).await?;
    let reviews: Vec<_> = tenure
        .review_queue(&member, use_case)
        .await?
        .into_iter()
        .filter(|row| row.request.version == number)
        .collect();
    let page = tenure.review_page(&member, use_case, number).await?;
    output::json(&json!({
        "version": version,
        "lineage": model.lineage,
        "inputs": model.encoder.inputs.iter().map(|input| &input.name).collect::<Vec<_>>(),
        "gates": page.package.gates,
        "blocking": page.blocking,
        "importance": page.package.importance,
        "shadow": page.shadow,
        "next_review": page.next_review,
        "reviews": reviews,
        "waivers": page.waivers,
        "comments": page.comments,
        "scored": page.batches.iter().map(|(as_of, people, at)| json!({ "as_of": as_of, "people": people, "at": at })).collect::<Vec<_>>(),
        "tags": page.tags.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "aliases": page.aliases,
    }))
}

/// The evidence for a review. The outcome is negative while gates block.
pub async fn review(
    tenure: &Tenure,
    use_case: &str,
    number: VersionNumber,
    as_json: bool,
) -> Result<Outcome> {
    let actor = Actor::local();
    let page = tenure
        .review_page(&actor.member()?, use_case, number)
        .await?;
    let package = &page.package;
    if as_json {
        output::json(&json!({
            "version": number,
            "evidence": page.evidence_hash,
            "state": page.request.as_ref().map(|request| &request.state),
            "stale": page.stale,
            "policy": package.policy,
            "gates": package.gates,
            "blocking": page.blocking,
            "waivers": page.waivers,
            "note": page.request.as_ref().map(|request| &request.note),
            "decisions": page.decisions,
            "earlier": page.earlier.iter().map(|(request, decisions)| json!({ "request": request, "decisions": decisions })).collect::<Vec<_>>(),
            "rows": package.rows,
            "comparisons": package.comparisons,
            "importance": package.importance,
            "shadow": page.shadow,
            "sources": package.sources,
            "lineage": package.lineage,
        }))?;
    } else {
        let row = |result: &GateResult| {
            let waived = page.waived().find(|(gate, _)| gate.id() == result.id());
            let stands = match waived {
                _ if page.blocks(result) => "blocking".to_owned(),
                Some((_, waiver)) => format!(
                    "waived until {} by {} (owner: {})",
                    waiver.expires_on, waiver.granted_by, waiver.owner
                ),
                None => String::new(),
            };
            let verdict = output::word(&result.verdict);
            vec![
                result.title.clone(),
                verdict,
                output::figure(&result.shown()),
                stands,
                result.note.clone(),
            ]
        };
        output::line(&format!(
            "Version {number} of {use_case}, policy {}: {}",
            package.policy.name, package.rows
        ));
        output::table(
            &["GATE", "VERDICT", "ESTIMATE (95% CI)", "", "NOTE"],
            &package.gates.results.iter().map(row).collect::<Vec<_>>(),
        );
        match (&page.request, &page.evidence_hash) {
            (Some(request), Some(hash)) => {
                let approvals = page
                    .decisions
                    .iter()
                    .filter(|decision| decision.decision == Decision::Approve)
                    .count();
                let (state, by, needed) = (
                    &request.state,
                    &request.requested_by,
                    request.approvals_needed,
                );
                output::line(&format!(
                    "Review {state}, requested by {by}, approvals: {approvals} of {needed}. Evidence: {hash}"
                ));
                if !request.note.is_empty() {
                    output::line(&format!("Note: {}", request.note));
                }
            }
            (Some(request), None) => {
                output::line(&format!(
                    "Review {}. Request a new one with `tenure model request`.",
                    request.state.as_str().replace('_', " ")
                ));
            }
            (None, _) => {
                output::line("No review requested. Request one with `tenure model request`.")
            }
        }
        for decision in &page.decisions {
            output::line(&format!(
                "{} by {}: {}",
                decision.decision.as_str().replace('_', " "),
                decision.reviewer,
                decision.reason
            ));
        }
        if !page.stale.is_empty() {
            output::line(&format!(
                "The request can no longer be decided: {}. {}",
                page.stale,
                page.remedy.sentence()
            ));
        }
    }
    Ok(if page.blocking.is_empty() && page.stale.is_empty() {
        Outcome::Done
    } else {
        Outcome::Negative
    })
}

pub async fn history(
    tenure: &Tenure,
    use_case: &str,
    as_of: Option<&str>,
    as_json: bool,
) -> Result<()> {
    let actor = Actor::local();
    let history = match as_of {
        Some(moment) => tenure
            .live_as_of(&actor.member()?, use_case, moment)
            .await?
            .into_iter()
            .collect(),
        None => tenure.live_history(&actor.member()?, use_case).await?,
    };
    if as_json {
        return output::json(&history);
    }
    if history.is_empty() {
        output::line("No version was live.");
        return Ok(());
    }
    let rows: Vec<_> = history
        .iter()
        .map(|change| {
            let version = change
                .version
                .map_or("none".to_owned(), |version| version.to_string());
            vec![
                change.changed_at.long(),
                change.kind.to_string(),
                version,
                change.changed_by.to_string(),
                change.reason.clone(),
            ]
        })
        .collect();
    output::table(&["TIME", "CHANGE", "LIVE", "BY", "REASON"], &rows);
    Ok(())
}

pub async fn timeline(
    tenure: &Tenure,
    use_case: &str,
    version: Option<&str>,
    as_json: bool,
) -> Result<()> {
    let actor = Actor::local();
    let member = actor.member()?;
    let version = match version {
        Some(version) => Some(tenure.version_called(&member, use_case, version).await?),
        None => None,
    };
    let entries = tenure.timeline(&member, use_case, version).await?;
    if as_json {
        return output::json(&entries);
    }
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.at.long(),
                entry.event.label().to_owned(),
                entry
                    .version
                    .map(|version| version.to_string())
                    .unwrap_or_default(),
                entry
                    .by
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                entry.event.detail(),
            ]
        })
        .collect();
    output::table(&["TIME", "EVENT", "VERSION", "BY", "DETAILS"], &rows);
    Ok(())
}

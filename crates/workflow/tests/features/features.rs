//! The feature catalog.

use workflow::{FeatureRole, FeatureRow, FeatureSource};

use crate::app::{TestApp, USE_CASE, number};

#[tokio::test]
async fn every_field_says_where_it_comes_from_and_who_reads_it() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    let catalog = app.tenure.feature_catalog(&member, USE_CASE).await.unwrap();
    let of = |name: &str| -> &FeatureRow {
        let found = catalog.features.iter().find(|own| own.name == name);
        found.unwrap_or_else(|| panic!("{name}"))
    };
    let use_case = app.tenure.use_case(USE_CASE).unwrap();
    assert_eq!(
        catalog.features.len(),
        use_case.fields.len() + use_case.derived.len()
    );
    let overtime = of("OverTime");
    let versions: Vec<_> = (1..=3).rev().map(number).collect();
    assert_eq!(
        (overtime.role, &overtime.versions),
        (FeatureRole::Input, &versions)
    );
    assert_eq!(
        (of("Age").role, of("AgeGroup").role),
        (FeatureRole::Protected, FeatureRole::Protected)
    );
    assert!(of("Age").versions.is_empty() && of("AgeGroup").versions.is_empty());
    let ratio = of("TenureRatio");
    assert!(matches!(&ratio.source, FeatureSource::Formula { of, .. } if of.len() == 2));
    assert_eq!(ratio.versions, versions);

    // Only the snapshot of current people counts: the other dataset is for training.
    assert_eq!(catalog.snapshots.len(), 1);
    assert_eq!(overtime.missing[0].unwrap().rate, 0.0);
    assert!(overtime.drift.is_none(), "nothing was checked yet");
    let contributor = ann.contributor().unwrap();
    let checked = app.tenure.check_drift(&contributor, USE_CASE, None).await;
    checked.unwrap();
    let catalog = app.tenure.feature_catalog(&member, USE_CASE).await.unwrap();
    let overtime = catalog.features.iter().find(|own| own.name == "OverTime");
    assert_eq!(overtime.unwrap().drift.as_ref().unwrap().checks, 1);
}

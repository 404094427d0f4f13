//! The navigation, and the first page of each role.

use domain::{Role, Route, UseCaseId};
use leptos::prelude::*;
use workflow::Status;

/// The entries of the navigation in a use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Dashboard,
    WhatIf,
    Predictions,
    Data,
    Runs,
    Models,
    Drift,
    Cycles,
    Alerts,
    Reviews,
}

impl Entry {
    const ALL: [Self; 10] = [
        Self::Dashboard,
        Self::WhatIf,
        Self::Predictions,
        Self::Data,
        Self::Runs,
        Self::Models,
        Self::Drift,
        Self::Cycles,
        Self::Alerts,
        Self::Reviews,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Dashboard => "Dashboard",
            Self::WhatIf => "What-if",
            Self::Predictions => "Predictions",
            Self::Data => "Data",
            Self::Runs => "Runs",
            Self::Models => "Models",
            Self::Drift => "Drift",
            Self::Cycles => "Cycles",
            Self::Alerts => "Alerts",
            Self::Reviews => "Reviews",
        }
    }

    /// Whether it is shown to these roles: pages about people to analysts only, the others to every
    /// member.
    fn is_for(self, roles: &[Role]) -> bool {
        match self {
            Self::Dashboard | Self::WhatIf | Self::Predictions => roles.contains(&Role::Analyst),
            Self::Data
            | Self::Runs
            | Self::Models
            | Self::Drift
            | Self::Cycles
            | Self::Alerts
            | Self::Reviews => true,
        }
    }

    fn route(self, use_case: &UseCaseId) -> Route {
        let use_case = use_case.clone();
        match self {
            Self::Dashboard => Route::Dashboard { use_case },
            Self::WhatIf => Route::WhatIf { use_case },
            Self::Predictions => Route::Predictions { use_case },
            Self::Data => Route::Datasets { use_case },
            Self::Runs => Route::Runs { use_case },
            Self::Models => Route::Models { use_case },
            Self::Drift => Route::DriftHistory { use_case },
            Self::Cycles => Route::Cycles { use_case },
            Self::Alerts => Route::Alerts { use_case },
            Self::Reviews => Route::Reviews { use_case },
        }
    }

    /// The entry that a page belongs to.
    fn of(route: &Route) -> Option<Self> {
        match route {
            Route::Dashboard { .. }
            | Route::Person { .. }
            | Route::PeopleCsv { .. }
            | Route::PeopleExcel { .. }
            | Route::PeopleParquet { .. } => Some(Self::Dashboard),
            Route::WhatIf { .. } | Route::WhatIfSave { .. } | Route::LiveModel { .. } => {
                Some(Self::WhatIf)
            }
            Route::Predictions { .. }
            | Route::Prediction { .. }
            | Route::PredictionExport { .. }
            | Route::PredictionPolicy { .. }
            | Route::PredictionPolicySave { .. }
            | Route::PredictionHold { .. }
            | Route::PredictionRelease { .. }
            | Route::PredictionPurge { .. } => Some(Self::Predictions),
            Route::Datasets { .. }
            | Route::Definition { .. }
            | Route::DefinitionEdit { .. }
            | Route::DefinitionSave { .. }
            | Route::DefinitionCompare { .. }
            | Route::Features { .. }
            | Route::DefinitionToml { .. }
            | Route::DatasetImport { .. }
            | Route::ImportPreview { .. }
            | Route::ImportPreviewAnswer { .. }
            | Route::TrainingSet { .. }
            | Route::DatasetWithdraw { .. }
            | Route::DatasetCompare { .. }
            | Route::Dataset { .. }
            | Route::DatasetProfileHtml { .. }
            | Route::DatasetProfileJson { .. }
            | Route::Sources { .. }
            | Route::SourceAdd { .. }
            | Route::SourceTest { .. }
            | Route::SourceImport { .. }
            | Route::SourceRemove { .. } => Some(Self::Data),
            Route::Train { .. }
            | Route::Jobs { .. }
            | Route::Job { .. }
            | Route::Runs { .. }
            | Route::Experiments
            | Route::Experiment { .. }
            | Route::RunCompare
            | Route::RunCompareHtml
            | Route::Run { .. }
            | Route::RunFile { .. }
            | Route::RunPart { .. }
            | Route::RunRegister { .. }
            | Route::Artifact { .. } => Some(Self::Runs),
            Route::Models { .. }
            | Route::Model { .. }
            | Route::Timeline { .. }
            | Route::ModelCard { .. }
            | Route::ModelCardHtml { .. }
            | Route::ModelCardMarkdown { .. }
            | Route::ModelOnnx { .. }
            | Route::ModelImport { .. }
            | Route::ModelFairness { .. }
            | Route::ModelFairnessHtml { .. } => Some(Self::Models),
            Route::DriftHistory { .. }
            | Route::DriftCompare { .. }
            | Route::DriftSimulate { .. }
            | Route::DriftCheck { .. }
            | Route::DriftExport { .. }
            | Route::Outcomes { .. }
            | Route::PerformanceCsv { .. }
            | Route::FairnessInUse { .. }
            | Route::FairnessInUseCsv { .. }
            | Route::MonitoringPolicy { .. }
            | Route::MonitoringPolicySave { .. }
            | Route::OutcomesImport { .. }
            | Route::OutcomesWithdraw { .. } => Some(Self::Drift),
            Route::Cycles { .. }
            | Route::CyclePlan { .. }
            | Route::CycleRun { .. }
            | Route::ScheduleSet { .. }
            | Route::ScheduleRemove { .. }
            | Route::Cycle { .. }
            | Route::CycleEvents { .. }
            | Route::JobEvents { .. }
            | Route::CycleRetry { .. }
            | Route::CycleCancel { .. }
            | Route::CycleFile { .. } => Some(Self::Cycles),
            Route::Alerts { .. }
            | Route::Alert { .. }
            | Route::AlertAcknowledge { .. }
            | Route::AlertSnooze { .. }
            | Route::AlertAssign { .. }
            | Route::ChannelTest { .. }
            | Route::ChannelSwitch { .. } => Some(Self::Alerts),
            Route::ModelReview { .. } | Route::Reviews { .. } => Some(Self::Reviews),
            Route::Home
            | Route::SignIn
            | Route::SignOut
            | Route::SetUp { .. }
            | Route::Account
            | Route::ChangePassword
            | Route::SignOutEverywhere
            | Route::CreateToken
            | Route::RevokeToken
            | Route::Users
            | Route::SetRoles
            | Route::SetDisabled
            | Route::RenewSetUp
            | Route::AuditLog
            | Route::AuditExport
            | Route::AuditCsv
            | Route::Glossary
            | Route::Operations
            | Route::UseCases
            | Route::NewUseCase
            | Route::UseCaseDraft => None,
        }
    }
}

/// The first page of these roles in a use case: the dashboard, the reviews or the runs.
pub fn start(use_case: &UseCaseId, roles: &[Role]) -> Route {
    let entry = if roles.contains(&Role::Analyst) {
        Entry::Dashboard
    } else if roles.contains(&Role::Reviewer) {
        Entry::Reviews
    } else {
        Entry::Runs
    };
    entry.route(use_case)
}

#[component]
pub fn Navigation(status: Status, route: Option<Route>) -> AnyView {
    let use_case = UseCaseId::from(status.use_case.as_str());
    let roles = status
        .session
        .as_ref()
        .map(|session| session.roles.clone())
        .unwrap_or_default();
    let current = route.as_ref().and_then(Entry::of);
    let link = |entry: Entry| {
        let marked = (current == Some(entry)).then_some("page");
        let (waiting, word) = match entry {
            Entry::Reviews => (status.pending_reviews, " pending"),
            Entry::Alerts => (status.open_alerts, " open"),
            Entry::Dashboard
            | Entry::WhatIf
            | Entry::Predictions
            | Entry::Data
            | Entry::Runs
            | Entry::Models
            | Entry::Drift
            | Entry::Cycles => (0, ""),
        };
        let count = (waiting > 0).then(|| {
            view! { " "<span class="count">{domain::format::count(waiting)}<span class="visually-hidden">{word}</span></span> }
        });
        view! { <li><a href=entry.route(&use_case).path() aria-current=marked>{entry.name()}{count}</a></li> }.into_any()
    };
    let links = Entry::ALL
        .into_iter()
        .filter(|entry| entry.is_for(&roles))
        .map(link)
        .collect::<Vec<_>>();
    let several = status.use_cases.len() > 1;
    let here = status.use_case.clone();
    let switch = several.then(|| {
        let items = status.use_cases.iter().map(|(id, title)| {
            let current = (*id == here).then_some("true");
            view! { <li><a href=start(&id.as_str().into(), &roles).path() aria-current=current>{title.clone()}</a></li> }
        });
        view! { <nav class="use-cases" aria-label="Use cases"><ul>{items.collect_view()}</ul></nav> }
    });
    let session = status.session.map(|session| {
        let users = roles.contains(&Role::Admin).then(|| view! { <li><a href=Route::Users.path()>"Users"</a></li><li><a href=Route::Operations.path()>"Operations"</a></li> });
        let names = session.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        view! {
            <div class="session">
                <p>"Signed in as " <b>{session.name}</b> <span>{names}</span></p>
                <ul>
                    <li><a href=Route::Account.path()>"Your account"</a></li>
                    <li><a href=Route::UseCases.path()>"Use cases"</a></li>
                    <li><a href=Route::AuditLog.path()>"Audit log"</a></li>
                    {users}
                    <li><a href=Route::Glossary.path()>"Glossary"</a></li>
                </ul>
                <form method="post" action=Route::SignOut.path()><button class="link">"Sign out"</button></form>
            </div>
        }
    });
    view! {
        {switch}
        <nav class="pages" aria-label="Pages"><ul>{links}</ul></nav>
        {session}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_below_an_entry_marks_the_entry() {
        let entry = |path| Route::parse(path).as_ref().and_then(Entry::of);
        assert_eq!(entry("/use-case/a/person/7"), Some(Entry::Dashboard));
        for path in [
            "/runs/0190",
            "/jobs/0190",
            "/use-case/a/jobs",
            "/use-case/a/train",
        ] {
            assert_eq!(entry(path), Some(Entry::Runs), "{path}");
        }
        assert_eq!(entry("/use-case/a/models/1/review"), Some(Entry::Reviews));
        assert_eq!(entry("/use-case/a/models/1/card"), Some(Entry::Models));
        assert_eq!(entry("/users"), None);
    }
}

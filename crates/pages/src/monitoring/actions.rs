//! Actions on drift checks: plain forms, answered by a redirect.

use domain::{CheckId, Route};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::error::PageError;

/// Runs a drift check on the latest data and opens it.
#[server(prefix = "/fn", endpoint = "drift-check")]
pub async fn run_check(use_case: String) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    match tenure
        .check_drift(&actor.contributor()?, &use_case, None)
        .await
        .map_err(PageError::from)
    {
        Ok((check, _)) => {
            let route = Route::DriftCheck {
                use_case: (&use_case).into(),
                check: (&check.check_id).into(),
            };
            leptos_axum::redirect(&route.path());
        }
        Err(error) => {
            let history = Route::DriftHistory {
                use_case: (&use_case).into(),
            };
            crate::context::redirect_with_flash(&history, "", &[("problem", &error.message)]);
        }
    }
    Ok(())
}

/// Adds a note to a check and returns to it.
#[server(prefix = "/fn", endpoint = "drift-acknowledge")]
pub async fn acknowledge(
    use_case: String,
    check: String,
    #[server(default)] note: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let check = CheckId::from(check);
    let route = Route::DriftCheck {
        use_case: (&use_case).into(),
        check: check.clone(),
    };
    match tenure
        .acknowledge(&actor.contributor()?, &use_case, &check, &note)
        .await
        .map_err(PageError::from)
    {
        Ok(_) => leptos_axum::redirect(&format!("{route}#notes")),
        Err(error) => crate::context::redirect_with_flash(
            &route,
            "#notes",
            &[("problem", &error.message), ("note", &note)],
        ),
    }
    Ok(())
}

/// The button that runs a check, and links to related pages.
pub fn bar(use_case: &str) -> AnyView {
    let policy = Route::MonitoringPolicy {
        use_case: use_case.into(),
    };
    let fairness = Route::FairnessInUse {
        use_case: use_case.into(),
    };
    let (simulate, outcomes) = (
        Route::DriftSimulate {
            use_case: use_case.into(),
        },
        Route::Outcomes {
            use_case: use_case.into(),
        },
    );
    let id = use_case.to_owned();
    view! {
        <div class="actions">
            <form method="post" action=RunCheck::PATH>
                <input type="hidden" name="use_case" value=id />
                <button class="button">"Run drift check"</button>
            </form>
            <a class="button quiet" href=simulate.path()>"Simulate drift"</a>
            <a class="button quiet" href=outcomes.path()>"Outcomes"</a>
            <a class="button quiet" href=fairness.path()>"Fairness in use"</a>
            <a class="button quiet" href=policy.path()>"Monitoring policy"</a>
        </div>
    }
    .into_any()
}

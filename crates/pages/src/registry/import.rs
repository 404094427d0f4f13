//! The form for a model that another system has trained.

use domain::Route;
use leptos::prelude::*;
use workflow::ModelFormat;

use crate::query::Query;
use app::components::form::Field;

/// The form, folded; open after a problem.
pub fn form(use_case: &str, datasets: &[(String, String)]) -> AnyView {
    let models = Route::Models {
        use_case: use_case.into(),
    };
    let flash = Query(crate::context::take_flash(&models));
    let problem = flash.one("problem").to_owned();
    let open = !problem.is_empty();
    let problem = open.then(|| view! { <p class="note bad" role="alert">{problem}</p> });
    let action = Route::ModelImport {
        use_case: use_case.into(),
    }
    .path();
    let formats = ModelFormat::ALL
        .map(|format| view! { <option value=format.name()>{format.label()}</option> })
        .into_iter()
        .collect_view();
    let options = || {
        datasets
            .iter()
            .map(|(id, name)| view! { <option value=id.clone()>{name.clone()}</option> })
            .collect_view()
    };
    let (judging, trained_on) = (options(), options());
    view! {
        <details open=open>
            <summary>"Import a model trained elsewhere"</summary>
            {problem}
            <form method="post" action=action enctype="multipart/form-data" class="import-form">
                <Field id="file" label="Model file" help="XGBoost JSON, LightGBM text or ONNX. At most 64 MB.">
                    <input id="file" name="file" r#type="file" required=true aria-describedby="file-help" />
                </Field>
                <Field id="format" label="Format">
                    <select id="format" name="format">{formats}</select>
                </Field>
                <Field id="mapping" label="Mapping (JSON, optional)" help="Names the field of each input whose name does not tell.">
                    <input id="mapping" name="mapping" r#type="file" accept=".json" aria-describedby="mapping-help" />
                </Field>
                <Field id="data" label="Evaluate on">
                    <select id="data" name="data">{judging}</select>
                </Field>
                <Field id="trained_on" label="Trained on" help="People of this dataset are in sample: they do not count for the figures. If it is not known, everybody is.">
                    <select id="trained_on" name="trained_on" aria-describedby="trained_on-help"><option value="" selected=true>"Not known"</option>{trained_on}</select>
                </Field>
                <p class="aside">"The version is held against the same gates as any other, and needs the same review."</p>
                <button class="button">"Import model"</button>
            </form>
        </details>
    }
    .into_any()
}

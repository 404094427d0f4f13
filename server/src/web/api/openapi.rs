//! The OpenAPI document: made from the code of the handlers, with examples from the use cases.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::Json;
use axum::extract::State;
use model::{Field, Kind, MissingPolicy, UseCase};
use serde_json::{Map, Value, json};
use utoipa::openapi::response::Response;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};
use workflow::{Error, Tenure};

use crate::web::auth::AuthUser;
use crate::web::problem::{Problem, ProblemDetails};

/// What the document says about all routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenure",
        description = "Predicts who is likely to leave, explains why, and governs the model. Conventions (errors, pages, times, ETags, limits): docs/api.md. A POST that creates or changes something takes the header Idempotency-Key.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(ProblemDetails)),
    modifiers(&Common),
    security(("token" = [])),
    tags(
        (name = "scoring", description = "Scores, explanations and changes of records that are sent. Nothing is stored."),
        (name = "people", description = "The employees who were scored last."),
        (name = "use cases", description = "What is predicted, from which fields."),
        (name = "datasets", description = "Imports, profiles, differences, training sets."),
        (name = "outcomes", description = "Who left and when."),
        (name = "models", description = "Versions, cards, evidence, what is live."),
        (name = "runs", description = "Trainings with parameters, metrics and files."),
        (name = "jobs", description = "Work in the background."),
        (name = "drift", description = "Comparisons of current data with the baseline."),
        (name = "monitoring", description = "Performance, fairness, policy, alerts."),
        (name = "cycles", description = "The monthly cycle and its schedule."),
        (name = "review", description = "Requests for a decision. Decisions are made by a person who signs in."),
        (name = "audit", description = "The log of actions."),
        (name = "users", description = "Accounts."),
        (name = "paths of other systems", description = "The paths of the guides that Tenure replaces.")
    )
)]
pub struct Document;

/// The scheme of tokens, and the answer to everything that fails.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token made on the account page or by `tenure user token create`.",
            ));
        components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
        components
            .responses
            .insert("Problem".into(), problem().into());
    }
}

fn problem() -> Response {
    let schema = Ref::from_schema_name("ProblemDetails");
    ResponseBuilder::new()
        .description("Problem details (RFC 9457). `code` says which problem it is.")
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

/// What any route may answer that fails.
pub struct Failures;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let reference = || RefOr::Ref(Ref::from_response_name("Problem"));
        [
            "400", "401", "403", "404", "405", "408", "409", "413", "415", "422", "429", "500",
            "503",
        ]
        .into_iter()
        .map(|status| (status.to_owned(), reference()))
        .collect()
    }
}

/// The document of the code.
static DOCUMENT: OnceLock<Value> = OnceLock::new();

/// Keeps the document that was made with the routes, the first time.
pub fn keep(mut document: utoipa::openapi::OpenApi) -> &'static Value {
    DOCUMENT.get_or_init(|| {
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
        // A document of our own types is always JSON; an empty one fails every test of it.
        serde_json::to_value(document).unwrap_or_default()
    })
}

/// The document, with an example for each use case.
pub async fn complete(tenure: &Tenure) -> Value {
    let mut document = DOCUMENT.get().cloned().unwrap_or_default();
    let use_cases = tenure.use_cases();
    for (path, many) in [
        ("/api/v1/predict", false),
        ("/api/v1/predict/batch", true),
        ("/api/v1/explain", false),
        ("/api/v1/counterfactual", false),
    ] {
        let examples: Map<String, Value> = use_cases
            .iter()
            .map(|use_case| (use_case.id.clone(), example(use_case, many)))
            .collect();
        if let Some(body) = document
            .pointer_mut(&format!(
                "/paths/{}/post/requestBody/content/application~1json",
                path.replace('/', "~1")
            ))
            .and_then(Value::as_object_mut)
        {
            body.insert("examples".into(), examples.into());
        }
    }
    document
}

fn example(use_case: &UseCase, many: bool) -> Value {
    let record: Map<String, Value> = use_case
        .inputs()
        .map(|field| (field.name.clone(), value(field)))
        .collect();
    let body = if many {
        json!({ "use_case": use_case.id, "records": [record], "reasons": 3 })
    } else {
        json!({ "use_case": use_case.id, "record": record })
    };
    json!({ "summary": use_case.title, "value": body })
}

/// A value that the field allows: the middle of its range, or its first level.
fn value(field: &Field) -> Value {
    if let Some(level) = field.levels.first() {
        return json!(level);
    }
    match (field.range, field.kind) {
        (Some([low, high]), Kind::Real) => json!((low + high) / 2.0),
        (Some([low, high]), _) => json!(((low + high) / 2.0).round() as i64),
        (None, Kind::Nominal | Kind::Boolean) => json!("text"),
        (None, _) if field.missing == MissingPolicy::Refuse => json!(1),
        (None, _) => Value::Null,
    }
}

/// The OpenAPI document of this server, with examples made from its use cases.
#[utoipa::path(get, path = "/openapi.json", tag = "use cases", responses((status = 200, body = Object), Failures))]
pub async fn openapi(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
) -> Result<Json<Value>, Problem> {
    actor.member()?;
    Ok(Json(complete(&tenure).await))
}

/// # Errors
/// When the document of the code could not be written.
pub fn expect_whole(document: &Value) -> Result<(), Error> {
    if document["paths"].is_object() {
        return Ok(());
    }
    Err(Error::internal("the OpenAPI document is empty"))
}

//! The documentation page: the OpenAPI document as HTML, with the style sheet of the site and
//! nothing from elsewhere.

use std::fmt::Write as _;

use app::server_page::escaped;
use axum::extract::State;
use axum::response::Html;
use serde_json::Value;
use workflow::Tenure;

use super::openapi::{complete, expect_whole};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Depth to which schemas are written out.
const DEPTH: usize = 4;

/// The API documentation for people.
pub async fn docs(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
) -> Result<Html<String>, Problem> {
    actor.member()?;
    let document = complete(&tenure).await;
    expect_whole(&document)?;
    Ok(Html(page(&document)))
}

fn page(document: &Value) -> String {
    let mut html = String::from(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>API · Tenure</title>\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"/favicon.svg\"><link rel=\"stylesheet\" href=\"/pkg/tenure.css\"></head><body><div class=\"stage standalone\"><main id=\"main\">\
         <p><a href=\"/\">Tenure</a></p><h1>API</h1>\
         <p>The OpenAPI 3.1 document: <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>. \
         Send a token as <code>Authorization: Bearer …</code>; make one on <a href=\"/account\">your account page</a>.</p>",
    );
    let tags = document["tags"].as_array().cloned().unwrap_or_default();
    html += "<nav aria-label=\"Topics\"><ul>";
    for tag in &tags {
        let name = text(&tag["name"]);
        let _ = write!(
            html,
            "<li><a href=\"#{}\">{}</a></li>",
            anchor(name),
            escaped(name)
        );
    }
    html += "</ul></nav>";
    for tag in &tags {
        let name = text(&tag["name"]);
        let _ = write!(
            html,
            "<section id=\"{}\"><h2>{}</h2><p>{}</p>",
            anchor(name),
            escaped(name),
            escaped(text(&tag["description"]))
        );
        operations(&mut html, document, name);
        html += "</section>";
    }
    html += "</main></div></body></html>";
    html
}

fn operations(html: &mut String, document: &Value, tag: &str) {
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &methods[method];
            let is_of_tag = operation["tags"]
                .as_array()
                .is_some_and(|tags| tags.iter().any(|own| own == tag));
            if is_of_tag {
                one(html, document, method, path, operation);
            }
        }
    }
}

fn one(html: &mut String, document: &Value, method: &str, path: &str, operation: &Value) {
    let _ = write!(
        html,
        "<details id=\"{}\"><summary><code>{} {}</code> {}</summary><p>{}</p>",
        anchor(text(&operation["operationId"])),
        method.to_uppercase(),
        escaped(path),
        prose(text(&operation["summary"])),
        prose(text(&operation["description"])),
    );
    let parameters = operation["parameters"].as_array();
    if let Some(parameters) = parameters.filter(|all| !all.is_empty()) {
        *html += "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Parameters\"><table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>";
        for own in parameters {
            let _ = write!(
                html,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}{}</td><td><code>{}</code></td><td>{}</td></tr>",
                escaped(text(&own["name"])),
                escaped(text(&own["in"])),
                if own["required"] == true {
                    ", required"
                } else {
                    ""
                },
                escaped(&shape(document, &own["schema"], 0)),
                prose(text(&own["description"])),
            );
        }
        *html += "</tbody></table></div>";
    }
    for (kind, body) in operation["requestBody"]["content"]
        .as_object()
        .into_iter()
        .flatten()
    {
        block(
            html,
            &format!("Body, {kind}"),
            &shape(document, &body["schema"], 0),
        );
        let example = body["examples"]
            .as_object()
            .and_then(|all| all.values().next());
        if let Some(example) = example {
            let example = serde_json::to_string_pretty(&example["value"]).unwrap_or_default();
            block(html, "Example", &example);
        }
    }
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        for (kind, content) in answer["content"].as_object().into_iter().flatten() {
            let title = format!("Answer {status}, {kind}");
            block(html, &title, &shape(document, &content["schema"], 0));
        }
    }
    let failures: Vec<&str> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, answer)| answer["$ref"].is_string())
        .map(|(status, _)| status.as_str())
        .collect();
    if !failures.is_empty() {
        let _ = write!(html, "<p>Problem details: {}.</p>", failures.join(", "));
    }
    *html += "</details>";
}

fn block(html: &mut String, title: &str, body: &str) {
    let _ = write!(
        html,
        "<h3>{}</h3><pre class=\"preview\" tabindex=\"0\"><code>{}</code></pre>",
        escaped(title),
        escaped(body)
    );
}

/// A schema in a few lines: field: type, with `?` for what may be absent.
fn shape(document: &Value, schema: &Value, depth: usize) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        let own = &document["components"]["schemas"][name];
        return if depth >= DEPTH {
            name.to_owned()
        } else {
            shape(document, own, depth)
        };
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[key].as_array() {
            let choices: Vec<String> = choices
                .iter()
                .map(|choice| shape(document, choice, depth))
                .collect();
            return choices.join(if key == "allOf" { " & " } else { " | " });
        }
    }
    if let Some(levels) = schema["enum"].as_array() {
        let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
        return levels.join(" | ");
    }
    if let Some(fields) = schema["properties"].as_object() {
        if depth >= DEPTH {
            return "object".to_owned();
        }
        let indent = "  ".repeat(depth + 1);
        let is_required = |name: &str| {
            schema["required"]
                .as_array()
                .is_some_and(|all| all.iter().any(|own| own == name))
        };
        let lines: Vec<String> = fields
            .iter()
            .map(|(name, own)| {
                let mark = if is_required(name) { "" } else { "?" };
                format!("{indent}{name}{mark}: {}", shape(document, own, depth + 1))
            })
            .collect();
        return format!("{{\n{}\n{}}}", lines.join("\n"), "  ".repeat(depth));
    }
    if schema["items"].is_object() {
        return format!("[{}]", shape(document, &schema["items"], depth));
    }
    let kind = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" | ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "any".to_owned(),
    };
    match schema["format"].as_str() {
        Some(format) if kind.contains("string") => format!("{kind} ({format})"),
        _ => kind,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn anchor(name: &str) -> String {
    escaped(&name.replace(' ', "-"))
}

/// A sentence with code between backticks.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 1 {
            let _ = write!(html, "<code>{}</code>", escaped(part));
        } else {
            html += &escaped(part);
        }
    }
    html
}

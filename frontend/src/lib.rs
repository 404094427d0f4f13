//! The browser's entry: takes over the page that the server rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the script of the page.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    mark_hydrated();
}

/// `<html data-hydrated>`: tests wait for it, and style sheets show what needs a script only then.
fn mark_hydrated() {
    if let Some(root) = leptos::prelude::document().document_element() {
        // Setting an attribute of a fixed, valid name cannot fail.
        let _ = root.set_attribute("data-hydrated", "");
    }
}

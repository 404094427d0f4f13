//! Builds the site folder that the server serves: the browser build after wasm-bindgen and
//! wasm-opt, the style sheet, the font and the files of `public/`, each with a `.br` and a `.gz`
//! copy.
//!
//! `bundle bind FILE.wasm FOLDER` only runs wasm-bindgen, for the end-to-end tests.
//!
//! wasm-bindgen is used as a library, pinned in the same Cargo.lock as the `wasm-bindgen` of the
//! pages, so the versions always match.

mod compress;
mod style;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "tenure";
/// Largest browser build, in bytes after brotli.
const BUDGET: usize = 350_000;
/// Latin and Latin Extended: the browser loads the second only for a page that needs it.
const FONTS: [&str; 2] = [
    "inter-latin-wght-normal.woff2",
    "inter-latin-ext-wght-normal.woff2",
];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    if std::env::args().nth(1).is_some_and(|word| word == "bind") {
        let [Some(wasm), Some(folder)] =
            [2, 3].map(|position| std::env::args_os().nth(position).map(PathBuf::from))
        else {
            return Err("usage: bundle bind FILE.wasm FOLDER".into());
        };
        return glue(&wasm, &folder);
    }
    let [wasm, site] = [1, 2].map(|position| std::env::args_os().nth(position).map(PathBuf::from));
    let (Some(wasm), Some(site)) = (wasm, site) else {
        return Err(
            "usage: bundle FRONTEND.wasm SITE-FOLDER (run at the root of the workspace)".into(),
        );
    };
    // Built in a separate folder and swapped in at the end, so that a running server never serves
    // an incomplete site.
    let fresh = site.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let package = fresh.join("pkg");
    fs::create_dir_all(&package)?;

    bind(&wasm, &package)?;
    fs::write(
        package.join(format!("{NAME}.css")),
        style::bundle(Path::new("style/main.css"))?,
    )?;
    let font_package = Path::new("frontend/node_modules/@fontsource-variable/inter");
    for font in FONTS {
        fs::copy(font_package.join("files").join(font), package.join(font))?;
    }
    fs::copy(
        font_package.join("LICENSE"),
        package.join("inter-LICENSE.txt"),
    )?;
    for entry in fs::read_dir("public")? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), fresh.join(entry.file_name()))?;
        }
    }
    compress::folder(&fresh)?;

    let raw = fs::metadata(package.join(format!("{NAME}.wasm")))?.len() as usize;
    let brotli = fs::metadata(package.join(format!("{NAME}.wasm.br")))?.len() as usize;
    println!(
        "browser build: {} kB raw, {} kB brotli (budget {} kB)",
        raw / 1000,
        brotli / 1000,
        BUDGET / 1000
    );
    if brotli > BUDGET {
        return Err(format!(
            "the browser build is {brotli} bytes after brotli, the budget is {BUDGET}"
        )
        .into());
    }

    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    fs::rename(fresh, site)?;
    Ok(())
}

/// JavaScript glue and WebAssembly.
fn glue(wasm: &Path, folder: &Path) -> Outcome<()> {
    Ok(Bindgen::new()
        .input_path(wasm)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .remove_producers_section(true)
        .generate(folder)?)
}

/// JavaScript glue and optimized WebAssembly.
fn bind(wasm: &Path, package: &Path) -> Outcome<()> {
    glue(wasm, package)?;
    // Leptos requests NAME.wasm, wasm-bindgen writes NAME_bg.wasm.
    let bound = package.join(format!("{NAME}_bg.wasm"));
    let status = Command::new("frontend/node_modules/binaryen/bin/wasm-opt")
        // A second pass optimizes the output of the first: 4 kB less after brotli. Functions sorted
        // by name, so that instances of one generic function are adjacent: another 3.6 kB less.
        .args([
            "-Oz",
            "-Oz",
            "--reorder-functions-by-name",
            "--enable-bulk-memory",
            "--enable-nontrapping-float-to-int",
            "--enable-sign-ext",
            "--enable-mutable-globals",
        ])
        .args(["--enable-reference-types", "--enable-multivalue", "-o"])
        .arg(package.join(format!("{NAME}.wasm")))
        .arg(&bound)
        .status()?;
    if !status.success() {
        return Err("wasm-opt failed".into());
    }
    fs::remove_file(bound)?;
    Ok(())
}

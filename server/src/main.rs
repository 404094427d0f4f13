//! The `tenure` binary: command line, web server, API. Entry points only: every rule lives in
//! `workflow`.
#![warn(clippy::wildcard_enum_match_arm)]

mod cli;
mod serving;
mod settings;
mod web;

use std::process::ExitCode;

use clap::Parser;

/// At least four workers: on a machine with one core the default starves streaming pages.
#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() -> ExitCode {
    cli::run(cli::Arguments::parse()).await
}

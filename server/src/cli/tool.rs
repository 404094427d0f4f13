//! `tenure tool`: tools for files, without a store and without an account.

use clap::Subcommand;
use workflow::Result;

use super::Answer;
use crate::settings::Place;

#[derive(Debug, Subcommand)]
pub enum ToolCommand {}

pub fn run(_place: &Place, command: ToolCommand, _as_json: bool) -> Result<Answer> {
    match command {}
}

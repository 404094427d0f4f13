//! The particulars of an alert: lines for people, facts for programs. Aggregates only.

use delivery::Section;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// What an alert holds beside its sentence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub sections: Vec<Section>,
    pub facts: Map<String, Value>,
}

impl Details {
    /// Adds a section and its fact, in place of those of the same name.
    pub(crate) fn put(&mut self, section: Section, name: &str, fact: Value) {
        match self
            .sections
            .iter_mut()
            .find(|own| own.title == section.title)
        {
            Some(own) => *own = section,
            None => self.sections.push(section),
        }
        self.facts.insert(name.to_owned(), fact);
    }

    pub(crate) fn text(&self) -> Result<String> {
        Ok(serde_json::to_string(self).map_err(store::Error::from)?)
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|_| Error::internal("the particulars of an alert are damaged"))
    }
}

//! The form that sends files: for an import, and for a new use case.

use axum::extract::Multipart;
use data::{JoinOptions, MatchRule};
use workflow::{Combine, Import};

/// Largest import from a page, in bytes.
pub const MOST_BYTES: usize = 64 << 20;

/// The fields of the form as they come.
pub struct ImportForm {
    import: Import,
    purpose: String,
    combine: String,
    join: JoinOptions,
    /// Which button was pressed.
    pub step: String,
}

impl ImportForm {
    /// An empty form.
    pub fn new(use_case: String) -> Self {
        Self {
            import: Import {
                use_case,
                ..Import::default()
            },
            purpose: String::new(),
            combine: String::new(),
            join: JoinOptions::default(),
            step: String::new(),
        }
    }

    /// The form that was sent, or a sentence about what is wrong with it.
    pub async fn read(use_case: String, mut form: Multipart) -> Result<Self, String> {
        let incomplete = |error: axum::extract::multipart::MultipartError| error.body_text();
        let mut own = Self::new(use_case);
        while let Some(field) = form.next_field().await.map_err(incomplete)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "files" {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(incomplete)?;
                own.add_file(name, bytes.to_vec());
            } else {
                own.set(&name, field.text().await.map_err(incomplete)?)?;
            }
        }
        Ok(own)
    }

    /// Takes one file. A browser sends an empty part when no file was chosen.
    pub fn add_file(&mut self, name: String, bytes: Vec<u8>) {
        if !name.is_empty() {
            self.import.files.push((name, bytes));
        }
    }

    /// Takes one field, or gives a sentence about what is wrong with it.
    pub fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "as_of" => self.import.as_of = Some(value).filter(|day| !day.is_empty()),
            "for" => self.purpose = value,
            "combine" => self.combine = value,
            "key" => value.trim().clone_into(&mut self.join.key),
            // The form offers rules that there are; another text counts every difference, which
            // matches less and not more.
            "match" => self.join.rule = MatchRule::parse(&value).unwrap_or_default(),
            "step" => self.step = value,
            option => {
                self.import
                    .options
                    .set(option, &value)
                    .map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// The import that the fields make.
    pub fn import(self) -> Import {
        let combine = match self.combine.as_str() {
            "join" => Combine::Join(self.join),
            "join_missing" => Combine::Join(JoinOptions {
                keep_partial: true,
                ..self.join
            }),
            _ => Combine::Stack,
        };
        Import {
            purpose: self.purpose.parse().ok(),
            combine,
            ..self.import
        }
    }
}

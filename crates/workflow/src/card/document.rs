//! The model card of a version: one structure from which the page, the Markdown and the HTML file
//! are made.

use domain::VersionNumber;
use serde::{Deserialize, Serialize};

/// A model card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub title: String,
    pub summary: String,
    pub sections: Vec<CardSection>,
}

/// A part of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSection {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// What a section holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    Text {
        text: String,
    },
    List {
        items: Vec<String>,
    },
    /// The first column names the row.
    Table {
        caption: String,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// What a person wrote.
    Quote {
        text: String,
        source: String,
    },
}

/// What the page of a card shows beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CardPage {
    #[schema(value_type = Object)]
    pub card: Card,
    pub use_case: String,
    pub version: VersionNumber,
    /// The limitations as they stand, for the form.
    pub limitations: String,
    /// Revision that the form starts from; 0 when nothing was written yet.
    pub revision: u32,
}

impl CardSection {
    pub fn new(title: &str, blocks: Vec<Block>) -> Self {
        Self {
            title: title.to_owned(),
            blocks,
        }
    }
}

impl Block {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    pub fn table(caption: impl Into<String>, columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self::Table {
            caption: caption.into(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows,
        }
    }
}

impl Card {
    /// The card as Markdown (GitHub's tables).
    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n{}\n", plain(&self.title), plain(&self.summary));
        for section in &self.sections {
            text += &format!("\n## {}\n", plain(&section.title));
            for block in &section.blocks {
                text += "\n";
                text += &block.markdown();
            }
        }
        text
    }
}

impl Block {
    fn markdown(&self) -> String {
        match self {
            Self::Text { text } => format!("{}\n", plain(text)),
            Self::List { items } => items
                .iter()
                .map(|item| format!("- {}\n", plain(item)))
                .collect(),
            Self::Quote { text, source } => {
                let lines: String = text
                    .lines()
                    .map(|line| format!("> {}\n", plain(line)))
                    .collect();
                format!("{lines}>\n> {}\n", plain(source))
            }
            Self::Table {
                caption,
                columns,
                rows,
            } => {
                let line = |cells: &[String]| {
                    format!(
                        "| {} |\n",
                        cells
                            .iter()
                            .map(|cell| plain(cell))
                            .collect::<Vec<_>>()
                            .join(" | ")
                    )
                };
                let rule = format!("|{}\n", "---|".repeat(columns.len()));
                let rows: String = rows.iter().map(|row| line(row)).collect();
                let caption = if caption.is_empty() {
                    String::new()
                } else {
                    format!("**{}**\n\n", plain(caption))
                };
                format!("{caption}{}{rule}{rows}", line(columns))
            }
        }
    }
}

/// One line in which nothing is read as markup: names of columns and what people wrote stay what
/// they are.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => plain.push(' '),
            '|' | '*' | '`' | '<' | '[' | '\\' | '#' => plain.extend(['\\', letter]),
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_no_markup() {
        let blocks = vec![
            Block::Quote {
                text: "# not a heading\n| no | cell | <b>".into(),
                source: "ann".into(),
            },
            Block::table("", &["a|b", "c"], vec![vec!["x|y".into(), "1".into()]]),
        ];
        let card = Card {
            title: "T".into(),
            summary: "S".into(),
            sections: vec![CardSection::new("Limits", blocks)],
        };
        let text = card.markdown();
        assert!(
            text.contains("> \\# not a heading\n> \\| no \\| cell \\| \\<b>\n>\n> ann\n"),
            "{text}"
        );
        assert!(
            text.contains("| a\\|b | c |\n|---|---|\n| x\\|y | 1 |\n"),
            "{text}"
        );
    }
}

//! Several files about the same people, put together by a key: master data, survey, ratings.
//! Nothing is guessed: a column in two files, a person twice in one file, and people who are only
//! in some files are refused by name.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use model::{Role, UseCase};
use serde::{Deserialize, Serialize};

use crate::check::{Header, Refusal, id_rule, key};
use crate::ids::{MatchRule, propose, read_ids};
use crate::read::Raw;
use crate::refusal::shown;

/// How files are put together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JoinOptions {
    /// The column that names a person in every file.
    pub key: String,
    /// Which differences between identifiers do not count.
    pub rule: MatchRule,
    /// People who are only in some files are kept, with missing values; else they are refused.
    pub keep_partial: bool,
}

/// What a join did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinReport {
    /// The column that names a person.
    pub key: String,
    /// People in every file.
    pub matched: usize,
    /// People who are only in some files.
    pub partial: usize,
    /// The first of them.
    pub partial_people: Vec<PartialPerson>,
    /// Columns that no use case reads and that several files have; that of the first file is kept.
    pub ignored_columns: Vec<String>,
    /// Files whose identifiers were written as `1001.0` and are read as whole numbers.
    pub whole_number_ids: Vec<String>,
}

/// A person who is not in every file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialPerson {
    /// The identifier.
    pub id: String,
    /// Names of the files that lack the person.
    pub missing_from: Vec<String>,
}

/// How many of them a report lists.
const LISTED_PEOPLE: usize = 10;

/// Files as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The whole, one row for each person.
    pub raw: Raw,
    /// What the join did.
    pub report: JoinReport,
    names: Vec<String>,
    /// By name of a field, as the use case spells it: the file with its column.
    file_of: HashMap<String, usize>,
    /// By file and row of the whole: the file's row, from 0.
    rows: Vec<Vec<Option<usize>>>,
    /// By file and its row: its number in the file.
    numbers: Vec<Vec<usize>>,
}

impl Joined {
    /// Where a cell of the whole comes from, `row` from 0: the file's name and the number that the
    /// row has there. Where that file lacks the person, or no file has the column, the first file
    /// that has the person.
    pub fn origin(&self, column: &str, row: usize) -> (&str, usize) {
        let own = |file: usize| {
            self.rows[file]
                .get(row)
                .copied()
                .flatten()
                .map(|own| (self.names[file].as_str(), self.numbers[file][own]))
        };
        let found = self.file_of.get(column).and_then(|file| own(*file));
        found
            .or_else(|| (0..self.names.len()).find_map(own))
            .unwrap_or(("", row + 2))
    }

    /// Which file has the column of a field, from 0; `None` when none has.
    pub fn file_of(&self, field: &str) -> Option<usize> {
        self.file_of.get(field).copied()
    }

    /// Names files and their own rows in what was found wrong with the whole.
    pub fn locate(&self, refusal: &mut Refusal) {
        for problem in &mut refusal.problems {
            let Some(row) = problem.row.checked_sub(2) else {
                continue;
            };
            let (file, own) = self.origin(&problem.column, row);
            (problem.file, problem.row) = (Some(file.to_owned()), own);
        }
    }
}

/// Puts files together by the column `options.key`. Rows are in the order of the first file, then
/// those that only later files have; columns are all of the first file, then those of the next
/// without its key. A column counts as the same in two files when the use case reads both as one
/// field, or by its name.
///
/// # Errors
/// A [`Refusal`] that names files and rows: no key, a blank key, a person twice in one file, a
/// column of the use case in two files, people who are only in some files (unless they are to be
/// kept).
pub fn join(
    files: Vec<(String, Raw)>,
    use_case: &UseCase,
    options: &JoinOptions,
) -> Result<Joined, Refusal> {
    let mut refusal = Refusal::default();
    let keys = keys_of(&files, options, &mut refusal);
    if refusal.total > 0 {
        return Err(refusal);
    }
    let (columns, file_of, ignored_columns) = columns_of(&files, &keys, use_case, &mut refusal);
    let (ids, rows) = people_of(&keys, options);
    let is_partial = |row: &usize| rows.iter().any(|file| file[*row].is_none());
    let partial: Vec<usize> = (0..ids.len()).filter(is_partial).collect();
    let lacking = |row: usize| {
        let without = files
            .iter()
            .zip(&rows)
            .filter(|(_, rows)| rows[row].is_none());
        without
            .map(|((name, _), _)| name.clone())
            .collect::<Vec<_>>()
    };
    if !options.keep_partial {
        for &row in &partial {
            if let Some((file, own)) =
                (0..files.len()).find_map(|file| rows[file][row].map(|own| (file, own)))
            {
                let rule = format!("is not in {}", lacking(row).join(", "));
                refusal.add_in(
                    &files[file].0,
                    files[file].1.row_number(own),
                    &files[file].1.names[keys[file].column],
                    &ids[row],
                    rule,
                );
            }
        }
        refusal.advice = (!partial.is_empty()).then(|| advice(&keys, &partial, &rows, &ids));
    }
    if refusal.total > 0 {
        return Err(refusal);
    }
    let report = JoinReport {
        key: options.key.clone(),
        matched: ids.len() - partial.len(),
        partial: partial.len(),
        partial_people: partial
            .iter()
            .take(LISTED_PEOPLE)
            .map(|&row| PartialPerson {
                id: ids[row].clone(),
                missing_from: lacking(row),
            })
            .collect(),
        ignored_columns,
        whole_number_ids: files
            .iter()
            .zip(&keys)
            .filter(|(_, keys)| keys.whole_numbers)
            .map(|((name, _), _)| name.clone())
            .collect(),
    };
    let cell = |file: usize, column: usize, row: usize| {
        rows[file][row].map_or(String::new(), |own| {
            files[file].1.columns[column][own].to_owned()
        })
    };
    let mut raw = Raw {
        options: files
            .first()
            .map(|(_, raw)| raw.options.clone())
            .unwrap_or_default(),
        ..Raw::default()
    };
    for (file, column) in columns {
        let is_key = column == keys[file].column;
        raw.names.push(files[file].1.names[column].clone());
        raw.typed.push(files[file].1.is_typed(column));
        raw.source_of.push(file);
        raw.recognized.unreadable.extend(
            files[file]
                .1
                .unreadable(column)
                .map(|why| (files[file].1.names[column].clone(), why.to_owned())),
        );
        raw.columns.push(
            (0..ids.len())
                .map(|row| {
                    if is_key {
                        ids[row].clone()
                    } else {
                        cell(file, column, row)
                    }
                })
                .collect(),
        );
    }
    let names = files.iter().map(|(name, _)| name.clone()).collect();
    let numbers = files
        .iter()
        .map(|(_, raw)| (0..raw.rows()).map(|row| raw.row_number(row)).collect())
        .collect();
    Ok(Joined {
        raw,
        report,
        names,
        file_of,
        rows,
        numbers,
    })
}

/// The key of each row of one file.
struct Keys {
    /// Position of its column.
    column: usize,
    ids: Vec<String>,
    whole_numbers: bool,
}

fn keys_of(files: &[(String, Raw)], options: &JoinOptions, refusal: &mut Refusal) -> Vec<Keys> {
    let mut all = Vec::new();
    for (name, raw) in files {
        let header = Header::new(raw);
        let Some(column) = header.find(&options.key, &[]) else {
            refusal.add_in(name, 1, &options.key, "", header.missing(&options.key));
            continue;
        };
        if let Some(why) = raw.unreadable(column) {
            refusal.add_in(
                name,
                1,
                &options.key,
                "",
                format!("this column cannot be read: {why}"),
            );
            continue;
        }
        let (ids, whole_numbers) = read_ids(&raw.columns[column]);
        let mut first: HashMap<Cow<'_, str>, usize> = HashMap::new();
        for (row, id) in ids.iter().enumerate() {
            if let Some(rule) = id_rule(id) {
                refusal.add_in(name, raw.row_number(row), &options.key, &shown(id), rule);
            } else if let Some(earlier) = first.insert(options.rule.key(id), row) {
                let rule = format!(
                    "is the same person as row {}; files to join have each person once",
                    raw.row_number(earlier)
                );
                refusal.add_in(name, raw.row_number(row), &options.key, id, rule);
            }
        }
        all.push(Keys {
            column,
            ids,
            whole_numbers,
        });
    }
    all
}

/// Which columns the whole has, as (file, column), and the file of each field; columns that nothing
/// reads and that an earlier file has are left out and named.
#[expect(clippy::type_complexity, reason = "used once, right above")]
fn columns_of(
    files: &[(String, Raw)],
    keys: &[Keys],
    use_case: &UseCase,
    refusal: &mut Refusal,
) -> (Vec<(usize, usize)>, HashMap<String, usize>, Vec<String>) {
    let (mut columns, mut file_of, mut ignored) = (Vec::new(), HashMap::new(), Vec::new());
    let mut unread = HashSet::new();
    for (file, (name, raw)) in files.iter().enumerate() {
        for (column, header) in raw.names.iter().enumerate() {
            if column == keys[file].column {
                if file == 0 {
                    file_of.insert(read_as(use_case, header).unwrap_or(header).to_owned(), 0);
                    columns.push((0, column));
                }
                continue;
            }
            let earlier = match read_as(use_case, header) {
                Some(field) => file_of
                    .insert(field.to_owned(), file)
                    .filter(|earlier| *earlier != file),
                None => {
                    if unread.insert(key(header)) {
                        columns.push((file, column));
                    } else {
                        ignored.push(header.clone());
                    }
                    continue;
                }
            };
            match earlier {
                Some(earlier) => {
                    let rule = format!(
                        "is also a column of {}; leave it out of one of the files",
                        files[earlier].0
                    );
                    refusal.add_in(name, 1, header, "", rule);
                }
                None => columns.push((file, column)),
            }
        }
    }
    (columns, file_of, ignored)
}

/// The name by which the use case reads a column; `None` when it does not.
fn read_as<'a>(use_case: &'a UseCase, header: &str) -> Option<&'a str> {
    let header = key(header);
    let is_called = |name: &str, aliases: &[String]| {
        key(name) == header || aliases.iter().any(|alias| key(alias) == header)
    };
    let fields = use_case
        .fields
        .iter()
        .filter(|field| field.role != Role::Ignored)
        .map(|field| (field.name.as_str(), &field.aliases[..]));
    let others = [
        use_case.id_column.as_deref(),
        use_case.time_column.as_deref(),
    ]
    .into_iter()
    .flatten()
    .map(|name| (name, &[][..]));
    let target = (
        use_case.target.column.as_str(),
        &use_case.target.aliases[..],
    );
    fields
        .chain(others)
        .chain([target])
        .find(|(name, aliases)| is_called(name, aliases))
        .map(|(name, _)| name)
}

/// Everybody in the order of the files, spelled as the first file that has them, and by file and
/// person the file's row.
fn people_of(keys: &[Keys], options: &JoinOptions) -> (Vec<String>, Vec<Vec<Option<usize>>>) {
    let mut ids: Vec<String> = Vec::new();
    let mut place: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let mut pairs = Vec::new();
    for (file, own) in keys.iter().enumerate() {
        for (row, id) in own.ids.iter().enumerate() {
            let at = *place.entry(options.rule.key(id)).or_insert_with(|| {
                ids.push(id.clone());
                ids.len() - 1
            });
            pairs.push((file, at, row));
        }
    }
    let mut rows = vec![vec![None; ids.len()]; keys.len()];
    pairs
        .into_iter()
        .for_each(|(file, at, row)| rows[file][at] = Some(row));
    (ids, rows)
}

/// What to do about people who are only in some files: the rule that matches them with others, if
/// there is one.
fn advice(keys: &[Keys], partial: &[usize], rows: &[Vec<Option<usize>>], ids: &[String]) -> String {
    let people = if partial.len() == 1 {
        "1 person is".to_owned()
    } else {
        format!("{} people are", partial.len())
    };
    let of_first = |row: &&usize| rows[0][**row].is_some();
    let (first, others): (Vec<&usize>, Vec<&usize>) = partial.iter().partition(of_first);
    let named = |rows: &[&usize]| {
        rows.iter()
            .map(|row| ids[**row].as_str())
            .collect::<Vec<_>>()
    };
    let proposal = if keys.len() > 1 {
        propose(&named(&others), &named(&first))
    } else {
        None
    };
    let proposal = proposal
        .map(|proposal| format!(" {proposal}."))
        .unwrap_or_default();
    format!(
        "{people} only in some of the files.{proposal} To keep them with missing values, use --join-missing."
    )
}

//! The descriptions in an Arrow file, and the one that a Parquet file may hold: flat buffers.
//! <https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use polars_arrow::io::ipc::format::ipc::planus::{self, ReadAsRoot, Vector};
use polars_arrow::io::ipc::format::ipc::{
    BlockRef, FieldRef, FooterRef, KeyValueRef, MessageHeaderRef, MessageRef, RecordBatchRef,
    SchemaRef,
};
use polars_parquet::parquet::metadata::KeyValue;

use super::budget::Budget;

/// Fields, nested ones included, and how deep they may lie in each other.
const MOST_FIELDS: usize = 20_000;
const DEEPEST: usize = 32;
/// Bytes of names and notes.
const LONGEST_TEXTS: usize = 1 << 26;
/// Bytes of a value that takes none in the file.
const CELL: u64 = 8;

type Held<T> = Result<T, String>;

fn damaged(_: planus::Error) -> String {
    wrong()
}

fn wrong() -> String {
    "a part of its description is damaged, or says more than the file holds".to_owned()
}

/// Checks an Arrow file before a decoder reads it: every size against the file, and what its values
/// take when they are unpacked against the budget.
///
/// # Errors
/// When it does not hold what it says, with the reason.
pub(crate) fn arrow(file: &[u8], budget: &Budget) -> Held<()> {
    let before = file
        .strip_suffix(b"ARROW1")
        .ok_or("its end is missing".to_owned())?;
    let (before, length) = before.split_last_chunk::<4>().ok_or_else(wrong)?;
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| wrong())?;
    let start = before.len().checked_sub(length).ok_or_else(wrong)?;
    let footer = FooterRef::read_as_root(&before[start..]).map_err(damaged)?;
    let mut fields = Fields::default();
    fields.notes(footer.custom_metadata().map_err(damaged)?)?;
    fields.schema(footer.schema().map_err(damaged)?.ok_or_else(wrong)?)?;
    let batches = footer.record_batches().map_err(damaged)?;
    let dictionaries = footer.dictionaries().map_err(damaged)?;
    for blocks in batches.into_iter().chain(dictionaries) {
        // A block has an entry of 24 bytes.
        if blocks.len() > length / 24 {
            return Err(wrong());
        }
        for block in blocks.iter() {
            batch(file, block, budget)?;
        }
    }
    Ok(())
}

/// Checks the description of columns that Arrow's writers put into a Parquet file.
///
/// # Errors
/// As [`arrow`].
pub(crate) fn schema(notes: Option<&Vec<KeyValue>>) -> Held<()> {
    let is_schema = |note: &&KeyValue| note.key == "ARROW:schema";
    // Notes of the same name follow each other; the last counts.
    for note in notes.into_iter().flatten().filter(is_schema) {
        let text = note.value.as_deref().unwrap_or_default();
        let bytes = STANDARD.decode(text).map_err(|_| wrong())?;
        let bytes = match bytes.get(..4).ok_or_else(wrong)? {
            [0xFF, 0xFF, 0xFF, 0xFF] => bytes.get(8..).ok_or_else(wrong)?,
            _ => &bytes[..],
        };
        let message = MessageRef::read_as_root(bytes).map_err(damaged)?;
        let Some(MessageHeaderRef::Schema(schema)) = message.header().map_err(damaged)? else {
            return Err(wrong());
        };
        Fields::default().schema(schema)?;
    }
    Ok(())
}

/// What was met of a description. Parts of it may point to the same bytes, so that it is larger
/// than the file when it is read.
#[derive(Debug, Default)]
struct Fields {
    fields: usize,
    texts: usize,
}

impl Fields {
    fn schema(&mut self, schema: SchemaRef<'_>) -> Held<()> {
        self.notes(schema.custom_metadata().map_err(damaged)?)?;
        self.fields(schema.fields().map_err(damaged)?, 0)
    }

    fn fields(
        &mut self,
        fields: Option<Vector<'_, planus::Result<FieldRef<'_>>>>,
        depth: usize,
    ) -> Held<()> {
        let Some(fields) = fields else { return Ok(()) };
        self.fields = self.fields.saturating_add(fields.len());
        if self.fields > MOST_FIELDS || depth > DEEPEST {
            return Err("its columns are too many, or nested too deeply".to_owned());
        }
        for field in fields.iter() {
            let field = field.map_err(damaged)?;
            self.text(field.name().map_err(damaged)?)?;
            self.notes(field.custom_metadata().map_err(damaged)?)?;
            self.fields(field.children().map_err(damaged)?, depth + 1)?;
        }
        Ok(())
    }

    fn notes(&mut self, notes: Option<Vector<'_, planus::Result<KeyValueRef<'_>>>>) -> Held<()> {
        for note in notes.into_iter().flatten() {
            let note = note.map_err(damaged)?;
            self.text(note.key().map_err(damaged)?)?;
            self.text(note.value().map_err(damaged)?)?;
        }
        Ok(())
    }

    fn text(&mut self, text: Option<&str>) -> Held<()> {
        self.texts += 16 + text.map_or(0, str::len);
        if self.texts > LONGEST_TEXTS {
            return Err("its description is too long".to_owned());
        }
        Ok(())
    }
}

fn batch(file: &[u8], block: BlockRef<'_>, budget: &Budget) -> Held<()> {
    let place = |number: i64| usize::try_from(number).map_err(|_| wrong());
    let start = place(block.offset())?;
    let body = place(block.meta_data_length().into())?
        .checked_add(start)
        .and_then(|body| file.get(body..))
        .ok_or_else(wrong)?;
    let rest = file.get(start..).ok_or_else(wrong)?;
    // The mark with which newer versions of the format begin a message.
    let rest = rest.strip_prefix(&[0xFF; 4]).unwrap_or(rest);
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
    let length = place(i32::from_le_bytes(*length).into())?;
    let message = rest.get(..length).ok_or_else(wrong)?;
    let message = MessageRef::read_as_root(message).map_err(damaged)?;
    match message.header().map_err(damaged)? {
        Some(MessageHeaderRef::RecordBatch(batch)) => values(body, batch, budget),
        Some(MessageHeaderRef::DictionaryBatch(batch)) => match batch.data().map_err(damaged)? {
            Some(batch) => values(body, batch, budget),
            None => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn values(body: &[u8], batch: RecordBatchRef<'_>, budget: &Budget) -> Held<()> {
    let is_packed = batch.compression().map_err(damaged)?.is_some();
    if batch.length().map_err(damaged)? < 0 {
        return Err(wrong());
    }
    if let Some(nodes) = batch.nodes().map_err(damaged)? {
        for node in nodes.iter() {
            let length = u64::try_from(node.length()).map_err(|_| wrong())?;
            budget.take_each(length, CELL)?;
        }
    }
    if let Some(buffers) = batch.buffers().map_err(damaged)? {
        for buffer in buffers.iter() {
            let start = usize::try_from(buffer.offset()).map_err(|_| wrong())?;
            let length = usize::try_from(buffer.length()).map_err(|_| wrong())?;
            let bytes = start
                .checked_add(length)
                .and_then(|end| body.get(start..end))
                .ok_or_else(wrong)?;
            budget.take(length as u64)?;
            // How long it is unpacked; -1 when it is not packed.
            if is_packed && !bytes.is_empty() {
                let length = bytes.first_chunk::<8>().ok_or_else(wrong)?;
                match i64::from_le_bytes(*length) {
                    -1 => {}
                    length => budget.take(u64::try_from(length).map_err(|_| wrong())?)?,
                }
            }
        }
    }
    if let Some(counts) = batch.variadic_buffer_counts().map_err(damaged)? {
        // Each is a buffer.
        let all = counts.iter().try_fold(0_u64, |all, count| {
            all.checked_add(u64::try_from(count).ok()?)
        });
        if all.is_none_or(|all| all > body.len() as u64) {
            return Err(wrong());
        }
    }
    Ok(())
}

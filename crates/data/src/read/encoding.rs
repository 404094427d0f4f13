//! From bytes to text. The encoding is recognized by strict rules; what they do not decide is
//! refused with the question.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::error::ReadError;

/// The text, without byte-order mark, and the encoding it was in.
///
/// The rules, in this order: a byte-order mark decides; zero bytes in every second place are
/// UTF-16; valid UTF-8 is UTF-8; and what has no byte that Windows-1252 leaves undefined or that
/// would be a sign within a word is Windows-1252. `stated` is a label that overrides them.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    stated: Option<&str>,
) -> Result<(Cow<'a, str>, &'static Encoding), ReadError> {
    let mark = Encoding::for_bom(bytes);
    let body = mark.map_or(bytes, |(_, length)| &bytes[length..]);
    let marked = mark.map(|(encoding, _)| encoding);
    let encoding = match (stated, marked) {
        (Some(label), marked) => agreed(label, marked)?,
        (None, Some(marked)) => marked,
        (None, None) => recognize(body)?,
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .ok_or_else(|| ReadError::NotInEncoding {
            row: first_bad_row(body, encoding),
            encoding: encoding.name(),
        })?;
    Ok((text, encoding))
}

/// The stated encoding, unless the mark contradicts it.
fn agreed(label: &str, marked: Option<&'static Encoding>) -> Result<&'static Encoding, ReadError> {
    let stated = Encoding::for_label_no_replacement(label.trim().as_bytes())
        .ok_or_else(|| ReadError::UnknownEncoding(label.trim().to_owned()))?;
    match marked {
        // "utf-16" says nothing of the order of the bytes; the mark does.
        Some(marked) if marked == UTF_16BE && label.trim().eq_ignore_ascii_case("utf-16") => {
            Ok(marked)
        }
        Some(marked) if marked != stated => Err(ReadError::ContradictedEncoding {
            mark: marked.name(),
            stated: stated.name(),
        }),
        _ => Ok(stated),
    }
}

fn recognize(bytes: &[u8]) -> Result<&'static Encoding, ReadError> {
    if let Some(encoding) = utf16(bytes) {
        return Ok(encoding);
    }
    let Err(error) = std::str::from_utf8(bytes) else {
        return Ok(UTF_8);
    };
    let unclear = ReadError::Encoding {
        row: row_of(&bytes[..error.valid_up_to()]),
    };
    // Letters beyond ASCII that are valid UTF-8 beside bytes that are not: one of the two is
    // damage, or two files were joined.
    let mixed = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if mixed || !may_be_windows_1252(bytes) {
        Err(unclear)
    } else {
        Ok(WINDOWS_1252)
    }
}

/// UTF-16 without a mark: a table of mostly ASCII has a zero in every second byte, and no other
/// zeros.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if !bytes.contains(&0) {
        return None;
    }
    let zeros = |parity: usize| {
        bytes
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = |count: usize| 4 * count >= bytes.len();
    match (even, odd) {
        _ if !bytes.len().is_multiple_of(2) => None,
        (0, odd) if many(odd) => Some(UTF_16LE),
        (even, 0) if many(even) => Some(UTF_16BE),
        _ => None,
    }
}

/// Bytes of Windows-1252 that are letters, currency, dashes or apostrophes among 0x80 to 0xBF: the
/// only ones that may lie within a word.
const WITHIN_A_WORD: [u8; 16] = [
    0x80, 0x8A, 0x8C, 0x8E, 0x91, 0x92, 0x96, 0x9A, 0x9C, 0x9E, 0x9F, 0xA0, 0xAD, 0xB4, 0xB7, 0xBA,
];
const UNDEFINED: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];
/// Icelandic letters. In Windows-1254 the same bytes are Turkish ones, which are as likely.
const ICELANDIC_OR_TURKISH: [u8; 6] = [0xD0, 0xDD, 0xDE, 0xF0, 0xFD, 0xFE];

/// False where another code page is as likely: an undefined byte, a byte that is a sign in
/// Windows-1252 within a word (a letter in the code pages of DOS, macOS and Central Europe), three
/// accented letters in a row (Cyrillic, Greek), or letters that Turkish has instead.
fn may_be_windows_1252(bytes: &[u8]) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic();
    let is_sign =
        |byte: u8| matches!(byte, 0x80..=0xBF | 0xD7 | 0xF7) && !WITHIN_A_WORD.contains(&byte);
    let is_accented = |byte: u8| byte >= 0xC0;
    let alone = bytes
        .iter()
        .any(|byte| UNDEFINED.contains(byte) || ICELANDIC_OR_TURKISH.contains(byte));
    let together = bytes.windows(3).any(|three| {
        let [before, byte, after] = [three[0], three[1], three[2]];
        (is_letter(before) && is_sign(byte) && is_letter(after))
            || three.iter().all(|byte| is_accented(*byte))
    });
    !alone && !together
}

/// The row that holds the end of `before`.
fn row_of(before: &[u8]) -> usize {
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The first row that is not valid in the encoding, found by halving.
fn first_bad_row(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let is_valid = |end: usize| {
        // A prefix may end in the middle of a character, which is not an error yet.
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut text = String::with_capacity(
            decoder
                .max_utf8_buffer_length_without_replacement(end)
                .unwrap_or(4 * end),
        );
        let (result, _) =
            decoder.decode_to_string_without_replacement(&bytes[..end], &mut text, false);
        result == encoding_rs::DecoderResult::InputEmpty
    };
    let (mut valid, mut bad) = (0, bytes.len());
    while bad - valid > 1 {
        let middle = usize::midpoint(valid, bad);
        if is_valid(middle) {
            valid = middle
        } else {
            bad = middle
        }
    }
    row_of(&bytes[..valid])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn name(bytes: &[u8]) -> Result<&'static str, ReadError> {
        decode(bytes, None).map(|(_, encoding)| encoding.name())
    }

    fn utf16_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn encodings_are_recognized_by_their_bytes() {
        assert_eq!(name("id;Größe\n1;2\n".as_bytes()).unwrap(), "UTF-8");
        assert_eq!(name(b"id;Gr\xF6\xDFe\n1;2\n").unwrap(), "windows-1252");
        assert_eq!(
            name(&utf16_bytes("id;Größe\n1;2\n", u16::to_le_bytes)).unwrap(),
            "UTF-16LE"
        );
        assert_eq!(
            name(&utf16_bytes("id;Größe\n1;2\n", u16::to_be_bytes)).unwrap(),
            "UTF-16BE"
        );
        assert_eq!(
            name(&utf16_bytes("\u{feff}id;Größe\n", u16::to_be_bytes)).unwrap(),
            "UTF-16BE"
        );
        assert_eq!(
            decode(b"O\x92Neill,5 \x80\n", None).unwrap().0,
            "O’Neill,5 €\n"
        );
    }

    #[test]
    fn what_may_be_two_encodings_is_asked_about() {
        // DOS code page 850: "Mädchen" is M 84 dchen.
        assert_eq!(
            name(b"a\nM\x84dchen\n"),
            Err(ReadError::Encoding { row: 2 })
        );
        // Windows-1251: "Иван"; Windows-1254: "Yıldız"; Windows-1250: "Małgorzata".
        assert!(name(b"a\n\xC8\xE2\xE0\xED\n").is_err());
        assert!(name(b"a\nY\xFDld\xFDz\n").is_err());
        assert!(name(b"a\nMa\xB3gorzata\n").is_err());
        // "ü" once in UTF-8 and once in Windows-1252.
        assert_eq!(
            name(b"a\n\xC3\xBC\n\xFC\n"),
            Err(ReadError::Encoding { row: 3 })
        );
        assert!(name(b"a\n\x81\n").is_err());
    }

    #[test]
    fn a_stated_encoding_is_used_or_refused() {
        assert_eq!(decode(b"\xB1", Some("iso-8859-2")).unwrap().0, "ą");
        assert_eq!(
            decode(b"a", Some("klingon")).unwrap_err(),
            ReadError::UnknownEncoding("klingon".into())
        );
        assert_eq!(
            decode(b"a\nb\n\xFC\n", Some("utf-8")).unwrap_err(),
            ReadError::NotInEncoding {
                row: 3,
                encoding: "UTF-8"
            }
        );
        assert!(matches!(
            decode(b"\xEF\xBB\xBFa", Some("windows-1252")),
            Err(ReadError::ContradictedEncoding { .. })
        ));
        assert_eq!(decode(b"\xFE\xFF\0a", Some("utf-16")).unwrap().0, "a");
    }
}

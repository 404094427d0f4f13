//! Numbers that are stored as packed differences, of which the lengths of texts are made.
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5>

use super::thrift::{number, signed};

/// Values of a block; writers take 128 to 1024.
const LONGEST_BLOCK: u64 = 1 << 16;

/// The numbers, at most so many, and what follows them. `None` when they are damaged.
pub(super) fn numbers(bytes: &[u8], most: usize) -> Option<(Vec<i64>, &[u8])> {
    let (block, rest) = number(bytes)?;
    let (parts, rest) = number(rest)?;
    let (count, rest) = number(rest)?;
    let (first, mut rest) = number(rest)?;
    let is_sound = block % 128 == 0
        && (1..=LONGEST_BLOCK).contains(&block)
        && (1..=block).contains(&parts)
        && block % parts == 0
        && (block / parts) % 32 == 0
        && count <= most as u64;
    if !is_sound {
        return None;
    }
    let (parts, each) = (usize::try_from(parts).ok()?, (block / parts) as usize);
    let count = usize::try_from(count).ok()?;
    let mut numbers = Vec::with_capacity(count);
    let mut last = signed(first);
    if count > 0 {
        numbers.push(last);
    }
    while numbers.len() < count {
        let (least, after) = number(rest)?;
        let (widths, after) = after.split_at_checked(parts)?;
        rest = after;
        for &width in widths {
            if numbers.len() == count {
                break;
            }
            let width = usize::from(width);
            if width > 64 {
                return None;
            }
            let (packed, after) = rest.split_at_checked(width * each / 8)?;
            rest = after;
            for index in 0..each.min(count - numbers.len()) {
                let difference = bits(packed, index * width, width).cast_signed();
                last = last.wrapping_add(signed(least)).wrapping_add(difference);
                numbers.push(last);
            }
        }
    }
    Some((numbers, rest))
}

/// `width` bits from bit `at`, the lowest first.
fn bits(bytes: &[u8], at: usize, width: usize) -> u64 {
    let mut window = [0; 16];
    let from = &bytes[(at / 8).min(bytes.len())..];
    let length = from.len().min(9);
    window[..length].copy_from_slice(&from[..length]);
    let all = u128::from_le_bytes(window) >> (at % 8);
    (all & ((1 << width) - 1)) as u64
}

/// Whether the texts, at most so many, are as long as their lengths say.
pub(super) fn texts(bytes: &[u8], most: usize) -> bool {
    let Some((lengths, texts)) = numbers(bytes, most) else {
        return false;
    };
    let mut left = texts.len() as i64;
    lengths.iter().all(|&length| {
        left = left.saturating_sub(length);
        length >= 0 && left >= 0
    })
}

/// The bytes of texts that are given by how much of the one before they begin with. `None` when
/// their lengths are damaged.
pub(super) fn texts_by_prefix(bytes: &[u8], most: usize) -> Option<u64> {
    let (prefixes, rest) = numbers(bytes, most)?;
    let (suffixes, texts) = numbers(rest, most)?;
    let (mut left, mut last, mut all) = (texts.len() as i64, 0, 0_u64);
    for (&prefix, &suffix) in prefixes.iter().zip(&suffixes) {
        if prefix < 0 || suffix < 0 || prefix > last || suffix > left {
            return None;
        }
        left -= suffix;
        last = prefix + suffix;
        all = all.saturating_add(last.unsigned_abs());
    }
    (prefixes.len() == suffixes.len()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Block of 128 in 4 parts; 5 numbers.
    const FIVE: [u8; 6 + 4] = [0x80, 0x01, 4, 5, 14, 2, 0, 0, 0, 0];

    #[test]
    fn differences_are_added() {
        // 7, then always 1 more.
        assert_eq!(numbers(&FIVE, 5), Some((vec![7, 8, 9, 10, 11], &[][..])));
        assert_eq!(numbers(&FIVE, 4), None, "more than there may be");
        let mut wide = FIVE.to_vec();
        wide[6] = 2;
        // Differences of two bits: 0, 1, 2, 3, beside the least of 1.
        wide.extend([0b1110_0100, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(numbers(&wide, 5), Some((vec![7, 8, 10, 13, 17], &[][..])));
        wide.pop();
        assert_eq!(numbers(&wide, 5), None, "cut off");
        for (at, byte) in [(0, 0x81), (2, 0), (2, 3), (3, 0xFF), (6, 65)] {
            let mut damaged = FIVE.to_vec();
            damaged[at] = byte;
            assert_eq!(numbers(&damaged, 5), None, "{at}");
        }
    }

    #[test]
    fn lengths_must_be_those_of_the_texts() {
        let with = |size: usize| [&FIVE[..], &vec![b'x'; size]].concat();
        assert!(texts(&with(45), 5));
        assert!(!texts(&with(44), 5));
        // No prefixes; then prefixes longer than what comes before.
        let none = [0x80, 0x01, 4, 5, 0, 0, 0, 0, 0, 0];
        let prefixed = |prefixes: &[u8], size: usize| [prefixes, &with(size)].concat();
        assert_eq!(texts_by_prefix(&prefixed(&none, 45), 5), Some(45));
        assert_eq!(texts_by_prefix(&prefixed(&none, 44), 5), None);
        assert_eq!(texts_by_prefix(&prefixed(&FIVE, 45), 5), None);
    }
}

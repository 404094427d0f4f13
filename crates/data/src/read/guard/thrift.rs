//! A walk over data in Thrift's compact protocol, which keeps nothing.
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// How deep structures and lists may lie in each other.
const DEEPEST: usize = 16;
/// Structures that one walk may meet: a row group of 1000 columns has some 3000.
const MOST_STRUCTURES: usize = 4_000_000;

/// The type that a field must have. The decoder ignores the type that the file states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Byte,
    Whole,
    Binary,
    Structure,
    Wholes,
    Binaries,
    Structures,
}

/// What the walk meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Whole(i64),
    /// A structure of a list begins.
    Begin,
    /// It ends.
    End,
}

/// Who is told what is met, with the numbers of the fields that lead to it.
pub(super) type Meet<'m> = &'m mut dyn FnMut(&[i16], Met) -> Result<(), String>;

pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    structures: usize,
    kind_of: fn(&[i16]) -> Option<Kind>,
}

fn damaged<T>() -> Result<T, String> {
    Err("a part of its description is damaged".to_owned())
}

impl<'a> Walk<'a> {
    /// A walk over `bytes`; `kind_of` says what the known fields must be.
    pub(super) fn new(bytes: &'a [u8], kind_of: fn(&[i16]) -> Option<Kind>) -> Self {
        Self {
            bytes,
            structures: 0,
            kind_of,
        }
    }

    /// What is left after the walk.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// Walks over the structure that begins here.
    ///
    /// # Errors
    /// When it does not hold what it says, or with what `meet` says.
    pub(super) fn walk(&mut self, meet: Meet<'_>) -> Result<(), String> {
        self.structure(&mut Vec::new(), 0, meet)
    }

    fn structure(
        &mut self,
        path: &mut Vec<i16>,
        depth: usize,
        meet: Meet<'_>,
    ) -> Result<(), String> {
        self.structures += 1;
        if depth > DEEPEST || self.structures > MOST_STRUCTURES {
            return Err("its description is nested too deeply, or too long".to_owned());
        }
        let mut number = 0_i16;
        loop {
            let head = self.byte()?;
            let (step, wire) = (head >> 4, head & 15);
            if wire == 0 {
                return Ok(());
            }
            let next = match step {
                0 => i16::try_from(self.whole()?).ok(),
                _ => number.checked_add(i16::from(step)),
            };
            let Some(next) = next else { return damaged() };
            number = next;
            path.push(number);
            self.field(wire, path, depth, meet)?;
            path.pop();
        }
    }

    fn field(
        &mut self,
        wire: u8,
        path: &mut Vec<i16>,
        depth: usize,
        meet: Meet<'_>,
    ) -> Result<(), String> {
        let kind = (self.kind_of)(path);
        let fits = match kind {
            None => true,
            Some(Kind::Flag) => matches!(wire, 1 | 2),
            Some(Kind::Byte) => wire == 3,
            Some(Kind::Whole) => matches!(wire, 4..=6),
            Some(Kind::Binary) => wire == 8,
            Some(Kind::Structure) => wire == 12,
            Some(Kind::Wholes | Kind::Binaries | Kind::Structures) => wire == 9,
        };
        match wire {
            _ if !fits => damaged(),
            // Its value is in the head.
            1 | 2 => Ok(()),
            9 | 10 => self.list(kind, path, depth, meet),
            _ => self.value(wire, path, depth, meet),
        }
    }

    fn list(
        &mut self,
        kind: Option<Kind>,
        path: &mut Vec<i16>,
        depth: usize,
        meet: Meet<'_>,
    ) -> Result<(), String> {
        let head = self.byte()?;
        let wire = head & 15;
        let count = match head >> 4 {
            15 => self.size()?,
            count => usize::from(count),
        };
        // Every element takes a byte.
        if count > self.bytes.len() || depth > DEEPEST {
            return damaged();
        }
        let fits = count == 0
            || match kind {
                Some(Kind::Wholes) => matches!(wire, 4..=6),
                Some(Kind::Binaries) => wire == 8,
                Some(Kind::Structures) => wire == 12,
                _ => true,
            };
        if !fits {
            return damaged();
        }
        for _ in 0..count {
            match wire {
                1 | 2 => drop(self.byte()?),
                9 | 10 => self.list(None, path, depth + 1, meet)?,
                12 => {
                    meet(path, Met::Begin)?;
                    self.value(wire, path, depth, meet)?;
                    meet(path, Met::End)?;
                }
                _ => self.value(wire, path, depth, meet)?,
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        wire: u8,
        path: &mut Vec<i16>,
        depth: usize,
        meet: Meet<'_>,
    ) -> Result<(), String> {
        match wire {
            3 => self.skip(1),
            4..=6 => {
                let whole = self.whole()?;
                meet(path, Met::Whole(whole))
            }
            7 => self.skip(8),
            8 => {
                let size = self.size()?;
                self.skip(size)
            }
            12 => self.structure(path, depth + 1, meet),
            // Maps occur nowhere in Parquet.
            _ => damaged(),
        }
    }

    fn byte(&mut self) -> Result<u8, String> {
        let Some((byte, rest)) = self.bytes.split_first() else {
            return damaged();
        };
        self.bytes = rest;
        Ok(*byte)
    }

    fn skip(&mut self, size: usize) -> Result<(), String> {
        let Some(rest) = self.bytes.get(size..) else {
            return damaged();
        };
        self.bytes = rest;
        Ok(())
    }

    fn size(&mut self) -> Result<usize, String> {
        let (number, rest) = number(self.bytes).map_or_else(damaged, Ok)?;
        self.bytes = rest;
        // Decoders keep sizes in 32 bits.
        match i32::try_from(number) {
            Ok(number) => Ok(number.unsigned_abs() as usize),
            Err(_) => damaged(),
        }
    }

    fn whole(&mut self) -> Result<i64, String> {
        let (number, rest) = number(self.bytes).map_or_else(damaged, Ok)?;
        self.bytes = rest;
        Ok(signed(number))
    }
}

/// A number of seven bits a byte, and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        let part = u64::from(byte & 0x7F);
        if index == 9 && part > 1 {
            return None;
        }
        number |= part << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

/// Zig-zag: 0, -1, 1, -2, …
pub(super) fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

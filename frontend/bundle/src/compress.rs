//! Precompressed copies, so that the server never compresses at request time.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Writes `.br` and `.gz` copies of every file under `folder` that compression makes smaller.
pub fn folder(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            self::folder(&path)?;
        } else if path
            .extension()
            .is_none_or(|extension| extension != "woff2" && extension != "png")
        {
            file(&path)?;
        }
    }
    Ok(())
}

fn file(path: &Path) -> io::Result<()> {
    let content = fs::read(path)?;
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut content.as_slice(), &mut brotli, &parameters)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&content)?;
    let with = |extension: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(extension);
        name
    };
    fs::write(with(".br"), brotli)?;
    fs::write(with(".gz"), gzip.finish()?)
}

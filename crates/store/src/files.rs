//! Files that nobody else on the machine can read: they hold people and password hashes.

use std::io::{ErrorKind, Result};
use std::path::Path;

/// Modes of files and folders: for their owner alone.
pub(crate) const FILE: u32 = 0o600;
pub(crate) const FOLDER: u32 = 0o700;

/// Makes a folder for its owner alone. One that is there stays as it is.
pub(crate) fn private_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER);
    builder.recursive(true).create(folder)
}

/// Makes an empty file for its owner alone, unless it is there.
pub(crate) fn create_private(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE);
    match options.open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Takes away what others may do with a file or folder, if it is there. Somebody else's is left
/// alone, and that is in the log.
pub(crate) fn restrict(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let found = match std::fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            found => found?.permissions().mode(),
        };
        if found & 0o077 == 0 {
            return Ok(());
        }
        match std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)) {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                tracing::warn!(path = %path.display(), %error, "this file is readable by other users, and its permissions cannot be changed");
            }
            done => done?,
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

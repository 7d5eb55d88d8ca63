//! The executable that this process runs: which file it is, and where its code lies in memory.

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use crate::sync::LazyLock;
use crate::wire::hello::Identity;

/// What to execute for a copy of this process.
///
/// On Linux the link to the running file, which leads to it even if it has been deleted or replaced.
pub(crate) fn executable() -> io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        let link = PathBuf::from("/proc/self/exe");
        if fs::metadata(&link).is_ok() {
            return Ok(link);
        }
    }
    std::env::current_exe()
}

/// Which file this process was started from.
pub(crate) fn identity() -> io::Result<Identity> {
    let file = fs::metadata(executable()?)?;
    let modified = (file.mtime() as u64).wrapping_mul(1_000_000_000).wrapping_add(file.mtime_nsec() as u64);
    Ok(Identity { device: file.dev(), inode: file.ino(), size: file.size(), modified })
}

/// Whether `anchor` lies in the file that this process was started from. Otherwise we are part of a library, which a copy
/// of the process would not have loaded when it is to become a worker.
pub(crate) fn is_in_executable(anchor: usize) -> bool {
    match MAPS.as_ref() {
        Some(Maps { all, executable: Some(executable), .. }) => {
            file_at(all, anchor).is_some_and(|own| without_mark(own) == without_mark(executable))
        }
        // Where the system does not tell, the handshake alone has to do.
        _ => true,
    }
}

/// The name of a file, whether or not it has been deleted since.
fn without_mark(file: &str) -> &str {
    file.strip_suffix(" (deleted)").unwrap_or(file)
}

/// Executable ranges of memory, each with the name of the file it comes from; and all ranges with names.
struct Maps {
    code: Vec<(Range<usize>, String)>,
    all: Vec<(Range<usize>, String)>,
    /// The name of the file that was started.
    executable: Option<String>,
}

static MAPS: LazyLock<Option<Maps>> = LazyLock::new(|| {
    let text = fs::read_to_string("/proc/self/maps").ok()?;
    let executable = fs::read_link("/proc/self/exe").ok().and_then(|file| file.into_os_string().into_string().ok());
    let mut maps = Maps { code: Vec::new(), all: Vec::new(), executable };
    for line in text.lines() {
        // 55e0c0000000-55e0c0042000 r-xp 00001000 fe:01 1234   /path/of/the/file
        let mut fields = line.splitn(6, ' ');
        let (Some((start, end)), Some(rights)) = (fields.next()?.split_once('-'), fields.next()) else { continue };
        let (Ok(start), Ok(end)) = (usize::from_str_radix(start, 16), usize::from_str_radix(end, 16)) else {
            continue;
        };
        let file = fields.last().unwrap_or("").trim().to_owned();
        if rights.contains('x') {
            maps.code.push((start..end, file.clone()));
        }
        maps.all.push((start..end, file));
    }
    Some(maps)
});

fn file_at(ranges: &[(Range<usize>, String)], address: usize) -> Option<&str> {
    ranges.iter().find(|(range, _)| range.contains(&address)).map(|(_, file)| file.as_str())
}

/// Whether there is code of the executable itself at `address`, as there is at the same distance from `anchor` in every
/// process that runs it. A library loaded beside it lies elsewhere in each process.
pub(crate) fn has_code_at(address: usize, anchor: usize) -> bool {
    let Some(maps) = &*MAPS else {
        // Where the system does not tell, the handshake alone has to do.
        return true;
    };
    match (file_at(&maps.code, address), file_at(&maps.all, anchor)) {
        (Some(code), Some(own)) => !code.is_empty() && code == own,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ANCHOR: u8 = 1;

    #[test]
    fn own_code_is_told_from_data_and_from_nothing() {
        let anchor = &raw const ANCHOR as usize;
        assert!(has_code_at(identity as fn() -> io::Result<Identity> as usize, anchor));
        assert!(!has_code_at(anchor, anchor));
        assert!(!has_code_at(1, anchor));
    }

    #[test]
    fn the_identity_does_not_change_while_the_file_does_not() {
        assert_eq!(identity().unwrap(), identity().unwrap());
    }
}

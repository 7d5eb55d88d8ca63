//! The handshake: a worker serves only a pool of the same protocol in the same executable.

use super::fields::{put_u64, take_u64};

/// The variable by which a worker is told what it is: it names the worker's end of the line, which is its standard input. So
/// it means nothing to the programs that a worker starts, though they inherit it.
pub(crate) const MARKER: &str = "CONCURRENT_FUTURES_WORKER";

/// Changes whenever what travels changes.
pub(crate) const PROTOCOL: u64 = 2;

/// Which file an executable is. Not its time of change, which a rename or a hard link alters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    /// The time of modification, in nanoseconds since 1970.
    pub(crate) modified: u64,
}

/// What the pool says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) protocol: u64,
    pub(crate) identity: Identity,
}

impl Hello {
    /// The greeting of this build.
    pub(crate) fn of(identity: Identity) -> Self {
        Self { protocol: PROTOCOL, identity }
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let Identity { device, inode, size, modified } = self.identity;
        let mut out = Vec::new();
        [self.protocol, device, inode, size, modified].into_iter().for_each(|number| put_u64(&mut out, number));
        out
    }

    /// Says why a worker that is `mine` cannot serve the pool that sent `bytes`.
    pub(crate) fn check(bytes: &[u8], mine: Self) -> Result<(), String> {
        let mut input = bytes;
        let protocol = take_u64(&mut input);
        if protocol != Some(PROTOCOL) {
            let theirs = protocol.map_or_else(|| "none".to_owned(), |number| number.to_string());
            return Err(format!("the worker speaks protocol {PROTOCOL}, its pool {theirs}"));
        }
        if bytes != mine.to_bytes() {
            return Err("the worker is another build than its pool: the executable was replaced; start the program \
                        again"
                .to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: Identity = Identity { device: 1, inode: 2, size: 3, modified: 4 };

    #[test]
    fn the_same_executable_is_accepted() {
        let mine = Hello::of(MINE);
        assert_eq!(Hello::check(&mine.to_bytes(), mine), Ok(()));
    }

    #[test]
    fn another_build_is_refused() {
        let other = Hello::of(Identity { modified: 5, ..MINE });
        assert!(Hello::check(&other.to_bytes(), Hello::of(MINE)).unwrap_err().contains("another build"));
    }

    #[test]
    fn another_protocol_is_refused_whatever_else_it_says() {
        let other = Hello { protocol: 99, identity: MINE };
        assert!(Hello::check(&other.to_bytes(), Hello::of(MINE)).unwrap_err().contains("protocol"));
        assert!(Hello::check(b"", Hello::of(MINE)).unwrap_err().contains("protocol"));
    }
}

//! How this executable finds out that it is a worker: by a marker in its environment, before `main`.

use std::env;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::process;

use super::serve::serve;
use crate::os::image;
use crate::os::memory::SharedMemory;
use crate::os::memory_file::MemoryFile;
use crate::os::run_file::{RunFile, TrustedFile};
use crate::os::socket::Socket;
use crate::os::startup;
use crate::role;
use crate::wire::frame::{HEADER, Header, Kind};
use crate::wire::hello::{Hello, MARKER};
use crate::wire::page::Page;

/// The longest greeting of any build.
const LONGEST: usize = 4096;

/// Makes this process a worker if it was started as one; then it does not return. Otherwise, and within a worker, it does
/// nothing.
///
/// Workers recognise themselves before `main`, so a program need not call this. It is for platforms and builds
/// without constructors (`default-features = false`), where `main` begins with it, before anything that should not happen
/// in a worker.
///
/// # Example
///
/// ```
/// fn main() {
///     concurrent_futures::init();
///     // the program
/// }
/// ```
#[expect(clippy::needless_doctest_main, reason = "where in `main` it stands is what the example shows")]
pub fn init() {
    role::note_that_workers_are_recognised();
    let is_worker = env::var_os(MARKER).is_some_and(|line| startup::stdin_is(&line));
    // Another thread may have called us at the same time: the first of them serves.
    if is_worker && role::become_worker_process() {
        // How it ended concerns nobody: the pool sees that it has.
        process::exit(i32::from(work().is_err()))
    }
}

#[cfg(feature = "constructor")]
ctor::declarative::ctor! {
    #[ctor(unsafe)]
    fn before_main() {
        init();
    }
}

fn work() -> io::Result<()> {
    startup::ignore_broken_pipes();
    let line = startup::take_stdin()?;
    startup::die_with_parent(line.as_fd())?;
    // Never dropped: that it closes tells the pool that this process has ended, exit handlers and all.
    let socket = ManuallyDrop::new(Socket::of(line));
    // Waker: the pool, which has sent this before it started us.
    let mut header = [0; HEADER];
    let mut passed = socket.receive_with_descriptors(&mut header)?.into_iter();
    let refuse = |reason: &str| {
        let header = Header { kind: Kind::Refused, number: 0, len: reason.len() };
        socket.send_all(&[header.to_bytes().as_slice(), reason.as_bytes()].concat())
    };
    let header = match Header::from_bytes(header) {
        Ok(header) if header.kind == Kind::Hello && header.len <= LONGEST => header,
        _ => return refuse("the worker did not understand its pool's greeting"),
    };
    let mut hello = vec![0; header.len];
    // Descriptors come with the first byte only. Waker: as above.
    socket.receive_with_descriptors(&mut hello)?;
    if let Err(reason) = Hello::check(&hello, Hello::of(image::identity()?)) {
        return refuse(&reason);
    }
    let page = Page::new(SharedMemory::map(passed.next().ok_or(io::ErrorKind::InvalidData)?)?);
    let arguments = passed.next().map(|file| TrustedFile::of(MemoryFile::of(file)));
    let answers = passed.next().map(|file| RunFile::of(MemoryFile::of(file)));
    serve(&socket, &page, arguments, answers, header.number != 0)
}

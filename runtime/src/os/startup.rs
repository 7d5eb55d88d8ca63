//! What a process must do for itself that the standard library's start-up has not done when a constructor runs.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, fstat, open};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::{dup2_stdin, stdin};

/// A name for an open file, which no other has as long as it is open.
pub(super) fn name_of(file: BorrowedFd<'_>) -> io::Result<String> {
    let stat = fstat(file)?;
    Ok(format!("{}:{}", stat.st_dev, stat.st_ino))
}

/// Whether standard input is the file of this name.
pub(crate) fn stdin_is(name: &OsStr) -> bool {
    name_of(stdin()).is_ok_and(|own| name == own.as_str())
}

/// Moves standard input elsewhere, where no program started by this one inherits it, and leaves an empty one behind.
pub(crate) fn take_stdin() -> io::Result<OwnedFd> {
    // From 3 on: the first three are for the standard streams, open or not.
    let line = fcntl_dupfd_cloexec(stdin(), 3)?;
    dup2_stdin(open("/dev/null", OFlags::RDONLY, Mode::empty())?)?;
    Ok(line)
}

/// A write to a closed pipe is an error, not the end of the process: as in every Rust program.
pub(crate) fn ignore_broken_pipes() {
    // SAFETY: SIG_IGN is a disposition for SIGPIPE, and no handler of ours is replaced.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

/// Has this process end when its parent does, however that ends.
pub(crate) fn die_with_parent(line: BorrowedFd<'_>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        use rustix::process::{Signal, set_parent_process_death_signal};
        // The signal comes when the *thread* ends that started us, which is the pool's supervisor: it lives as long as
        // the pool's workers.
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // If the parent was gone before that, its end of the line is closed. What it had sent is not worth running.
        let mut watched = [PollFd::new(&line, PollFlags::empty())];
        poll(&mut watched, Some(&Timespec::default()))?;
        if watched[0].revents().contains(PollFlags::HUP) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
    #[cfg(not(target_os = "linux"))]
    {
        use rustix::event::{PollFd, PollFlags, poll};
        let line = fcntl_dupfd_cloexec(line, 3)?;
        let watch = move || {
            loop {
                let mut watched = [PollFd::new(&line, PollFlags::HUP)];
                // Waker: the end of the parent, which closes its end of the line.
                let ended = poll(&mut watched, None).is_ok() && watched[0].revents().contains(PollFlags::HUP);
                if ended {
                    // SAFETY: ends the process at once; nothing of it is used afterwards.
                    unsafe { libc::_exit(1) };
                }
            }
        };
        std::thread::Builder::new().name("concurrent-line".to_owned()).spawn(watch)?;
        Ok(())
    }
}

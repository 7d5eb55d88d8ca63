//! Starting this executable again, ending it, and learning how it ended.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{image, startup};
use crate::sync::Arc;

/// A process that we started.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    /// Gone once somebody waits for its end: from then on the number may become another process's.
    child: Option<Child>,
    end: Option<Arc<EndSignal>>,
}

/// A descriptor that becomes ready when a process has ended. Where the system has none, the socket's end has to do.
#[derive(Debug)]
pub(crate) struct EndSignal(OwnedFd);

impl AsFd for EndSignal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) exit_code: Option<i32>,
    pub(crate) signal: Option<i32>,
}

impl Process {
    /// Starts a copy of this process, with `line` as its standard input, which the variable `marker` in its environment names.
    ///
    /// No hook runs between fork and exec, so that the system may do both at once, however large this process is.
    pub(crate) fn start(line: OwnedFd, marker: &str) -> io::Result<Self> {
        let name = startup::name_of(line.as_fd())?;
        let mut command = Command::new(image::executable()?);
        if let Some(name) = std::env::args_os().next() {
            command.arg0(name);
        }
        let child = command.env(marker, name).stdin(Stdio::from(line)).spawn()?;
        let end = end_signal(child.id()).map(EndSignal).map(Arc::new);
        Ok(Self { pid: child.id(), child: Some(child), end })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn end(&self) -> Option<Arc<EndSignal>> {
        self.end.clone()
    }

    /// Ends the process, whatever it does.
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Asks the process to end. One that handles the signal may refuse.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// What is to be waited for. Later signals do nothing. `None` if it was taken before.
    pub(crate) fn take(&mut self) -> Option<Ending> {
        self.child.take().map(Ending)
    }

    fn signal(&self, signal: Signal) {
        if self.child.is_none() {
            return;
        }
        // Failure: it has ended.
        #[cfg(target_os = "linux")]
        if let Some(end) = &self.end {
            rustix::process::pidfd_send_signal(end.as_fd(), signal).ok();
            return;
        }
        if let Some(pid) = Pid::from_raw(self.pid.cast_signed()) {
            // Nobody has waited for it, so the number is still this process.
            kill_process(pid, signal).ok();
        }
    }
}

/// A process whose end somebody waits for.
#[derive(Debug)]
pub(crate) struct Ending(Child);

impl Ending {
    /// Waits for the end of the process. Waker: its end, for which the caller has seen to it (it was killed, or is already
    /// over).
    pub(crate) fn wait(mut self) -> End {
        match self.0.wait() {
            Ok(status) => End { exit_code: status.code(), signal: status.signal() },
            // Somebody else in this program waited for all children: how it ended is lost, that it did is certain.
            Err(_) => End { exit_code: None, signal: None },
        }
    }
}

#[cfg(target_os = "linux")]
fn end_signal(pid: u32) -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, pidfd_open};
    // None in old kernels, and when there are no descriptors left.
    pidfd_open(Pid::from_raw(pid.cast_signed())?, PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn end_signal(_pid: u32) -> Option<OwnedFd> {
    None
}

//! Where the calling thread runs.

use crate::wire::cpu::Cpu;

/// The core that the calling thread runs on just now, as far as the system tells.
pub(crate) fn current() -> Cpu {
    #[cfg(target_os = "linux")]
    let number = Some(rustix::thread::sched_getcpu());
    #[cfg(not(target_os = "linux"))]
    let number = None;
    Cpu::new(number)
}

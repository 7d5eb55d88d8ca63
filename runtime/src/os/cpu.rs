//! Where the calling thread runs.

use crate::wire::cpu::Cpu;

/// The core that the calling thread runs on just now; where the system does not tell, an unknown one.
pub(crate) fn current() -> Cpu {
    #[cfg(target_os = "linux")]
    return Cpu::of_index(rustix::thread::sched_getcpu());
    #[cfg(not(target_os = "linux"))]
    Cpu::UNKNOWN
}

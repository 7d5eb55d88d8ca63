//! The limits: what two processes can do with a socket pair, with shared memory, and what a process costs.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use std::{env, ptr, slice};

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap};

/// About what the smallest task takes on the wire.
const MESSAGE: usize = 48;
const IN_FLIGHT: usize = 64;

/// A copy of this program at the other end of a socket.
pub(crate) struct Echo {
    socket: UnixStream,
    child: Child,
}

impl Echo {
    /// Sends back what comes, as it comes.
    pub(crate) fn start() -> Self {
        Self::with("echo", Stdio::null())
    }

    fn with(mode: &str, memory: Stdio) -> Self {
        let (socket, far) = UnixStream::pair().expect("a socket pair");
        let mut command = Command::new(env::current_exe().expect("the name of this program"));
        let child = command.args(["--bare", mode]).stdin(OwnedFd::from(far)).stdout(memory).spawn();
        Self { socket, child: child.expect("a copy of this program") }
    }

    /// Microseconds for a message, with some in flight, written and read together where that is possible.
    pub(crate) fn throughput(&mut self, n: usize) -> f64 {
        let out = vec![7; MESSAGE * IN_FLIGHT];
        let mut back = vec![0; MESSAGE * IN_FLIGHT];
        let (mut n_sent, mut n_bytes_back) = (0, 0);
        let start = Instant::now();
        while n_bytes_back < n * MESSAGE {
            let room = (IN_FLIGHT - (n_sent - n_bytes_back / MESSAGE)).min(n - n_sent);
            self.socket.write_all(&out[..room * MESSAGE]).expect("the echo listens");
            n_sent += room;
            n_bytes_back += self.socket.read(&mut back).expect("the echo answers");
        }
        start.elapsed().as_secs_f64() * 1e6 / n as f64
    }

    /// One message there and back.
    pub(crate) fn round_trip(&mut self) {
        let mut message = [7; MESSAGE];
        self.socket.write_all(&message).expect("the echo listens");
        self.socket.read_exact(&mut message).expect("the echo answers");
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.socket.shutdown(std::net::Shutdown::Both).ok();
        self.child.wait().ok();
    }
}

/// Shared memory, mapped and touched at both ends, and a socket to say when.
pub(crate) struct Shared {
    echo: Echo,
    memory: &'static mut [u8],
    private: Vec<u8>,
}

impl Shared {
    pub(crate) fn start(len: usize) -> Self {
        let file = memfd_create("bench", MemfdFlags::CLOEXEC).expect("a memfd");
        ftruncate(&file, len as u64).expect("memory");
        let memory = map(&file, len);
        let echo = Echo::with(&format!("memory {len}"), Stdio::from(file));
        Self { echo, memory, private: vec![7; len] }
    }

    /// Copied in, out there, in there, and out again.
    pub(crate) fn there_and_back(&mut self) {
        self.memory.copy_from_slice(&self.private);
        let mut word = [0];
        self.echo.socket.write_all(&word).expect("the echo listens");
        self.echo.socket.read_exact(&mut word).expect("the echo answers");
        self.private.copy_from_slice(black_box(self.memory));
    }
}

/// Starts so many empty programs, and waits for their ends.
pub(crate) fn spawn(n: usize) {
    let started: Vec<Child> = (0..n).map(|_| Command::new("true").spawn().expect("the program `true`")).collect();
    for mut child in started {
        child.wait().expect("it ends");
    }
}

/// The other end. Returns if this process is none.
pub(crate) fn be_an_echo() -> io::Result<bool> {
    let args: Vec<String> = env::args().collect();
    let Some(mode) = args.iter().position(|arg| arg == "--bare").and_then(|at| args.get(at + 1)) else {
        return Ok(false);
    };
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    match mode.strip_prefix("memory ") {
        Some(len) => {
            let len = len.parse().map_err(io::Error::other)?;
            let memory = map(io::stdout().as_fd(), len);
            let mut private = vec![0; len];
            let mut word = [0];
            while socket.read(&mut word)? > 0 {
                private.copy_from_slice(memory);
                memory.copy_from_slice(black_box(&private));
                socket.write_all(&word)?;
            }
        }
        None => {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let n = socket.read(&mut buffer)?;
                if n == 0 {
                    break;
                }
                socket.write_all(&buffer[..n])?;
            }
        }
    }
    Ok(true)
}

/// A mapping that lives as long as the program.
fn map(file: impl AsFd, len: usize) -> &'static mut [u8] {
    let rights = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new mapping at an address of the system's choice.
    let start = unsafe { mmap(ptr::null_mut(), len, rights, MapFlags::SHARED, file, 0) }.expect("room for a mapping");
    // SAFETY: `len` bytes, never unmapped, and used by this one slice; the other process writes only while this one waits.
    unsafe { slice::from_raw_parts_mut(start.cast(), len) }
}

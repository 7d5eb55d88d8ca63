//! Programs that a test starts, and what the system tells of processes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

use crate::door::until;

/// A function of the calling test binary, marked `#[test] #[ignore]`, that is run as a program of its own.
#[derive(Debug)]
pub struct Probe(Command);

impl Probe {
    /// The probe of this name. What it prints is kept apart from what the test harness prints by the caller.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("the test binary"));
        command.args(["--exact", name, "--ignored", "--nocapture"]);
        Self(command)
    }

    /// The same, started by a shell after some other commands, such as `ulimit -n 256`.
    #[must_use]
    pub fn after(commands: &str, name: &str) -> Self {
        let mut command = Command::new("sh");
        let test = std::env::current_exe().expect("the test binary");
        command.args(["-c", &format!("{commands} && exec \"$0\" --exact {name} --ignored --nocapture")]).arg(test);
        Self(command)
    }

    /// Sets a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it; gives what it printed on both channels.
    ///
    /// # Panics
    ///
    /// If it fails.
    pub fn run(mut self) -> (String, String) {
        let output = self.0.stdin(Stdio::null()).output().expect("the probe starts");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
        (out, err)
    }

    /// Starts it, in a process group of its own, with nowhere to print.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    pub fn start(mut self) -> Child {
        use std::os::unix::process::CommandExt;
        let quiet = self.0.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let interruptible = || {
            // SAFETY: it touches no memory of ours, and may be called in a child that has not started its program yet.
            unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
            Ok(())
        };
        // Where the tests run in the background, interrupts may be ignored, which is inherited.
        // SAFETY: the closure calls nothing but `signal`.
        unsafe { quiet.pre_exec(interruptible) }.process_group(0).spawn().expect("the probe starts")
    }
}

/// Sends a signal to a process, or with a negative number to a process group.
///
/// # Panics
///
/// If there is none.
pub fn signal(pid: i64, signal: i32) {
    let pid = i32::try_from(pid).expect("a process id");
    // SAFETY: signals touch no memory of ours.
    let result = unsafe { libc::kill(pid, signal) };
    assert_eq!(result, 0, "no process {pid}");
}

/// Whether a process exists and is no zombie.
#[must_use]
pub fn is_alive(pid: u32) -> bool {
    status_of(pid).is_some_and(|state| state != 'Z' && state != 'X')
}

/// The state of a process, as in `/proc`: R, S, T, Z and so on. `None` if there is none.
#[must_use]
pub fn status_of(pid: u32) -> Option<char> {
    state_in(Path::new(&format!("/proc/{pid}/stat")))
}

fn state_in(path: &Path) -> Option<char> {
    fs::read_to_string(path).ok()?.rsplit_once(") ")?.1.chars().next()
}

/// How many threads of this process have a name that begins so. (Linux cuts names to 15 bytes.)
///
/// # Panics
///
/// If the system does not tell.
#[must_use]
pub fn threads_named(start: &str) -> usize {
    let n_threads = || {
        let status = fs::read_to_string("/proc/self/status").expect("the state of this process");
        let n = status.lines().find_map(|line| line.strip_prefix("Threads:")).expect("Linux counts them");
        n.trim().parse::<usize>().expect("a number")
    };
    loop {
        let before = n_threads();
        let tasks = fs::read_dir("/proc/self/task").expect("the list of threads").flatten();
        let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
        let names: Vec<String> = names.collect();
        // Where threads end while it is read, the list leaves out others too.
        if names.len() == before && n_threads() == before {
            return names.iter().filter(|name| name.starts_with(start)).count();
        }
    }
}

/// How many child processes this process has, zombies included.
///
/// # Panics
///
/// If the system does not tell.
#[must_use]
pub fn n_children() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("the list of threads").flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.map(|line| line.split_whitespace().count()).sum()
}

/// Runs `wait` on a thread, and `act` on this one as soon as that thread sleeps. Gives what `wait` gave.
///
/// # Panics
///
/// With the panic of `wait`, or if it does not sleep.
pub fn while_asleep_in<T: Send>(wait: impl FnOnce() -> T + Send, act: impl FnOnce()) -> T {
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        let waiter = scope.spawn(move || {
            tell.send(fs::read_link("/proc/thread-self")).expect("somebody listens");
            wait()
        });
        match told.recv().expect("the thread starts") {
            Ok(thread) => {
                let stat = Path::new("/proc").join(thread).join("stat");
                until(|| waiter.is_finished() || state_in(&stat) == Some('S'));
            }
            // The system does not tell: long enough to fall asleep; nothing breaks if not.
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
        assert!(!waiter.is_finished(), "there was nothing to wait for");
        act();
        waiter.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// What the descriptors of this process lead to, but for the one that looks.
///
/// # Panics
///
/// If the system does not tell.
#[must_use]
pub fn descriptors() -> Vec<String> {
    let files = fs::read_dir("/proc/self/fd").expect("the list of descriptors").flatten();
    let mut found: Vec<String> = files
        .filter_map(|file| {
            Some(format!("{} {}", file.file_name().display(), fs::read_link(file.path()).ok()?.display()))
        })
        .filter(|line| !line.contains("/proc/"))
        .collect();
    found.sort();
    found
}

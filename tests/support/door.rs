//! Gates that tasks of any process can wait at: files in a folder of the test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// A folder that is removed with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let name = format!("concurrent-suite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Self(path),
                // Left behind by a killed program that had the same id.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("a folder for the test: {error}"),
            }
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A closed door in it.
    #[must_use]
    pub fn door(&self) -> Door {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let path = self.0.join(format!("door-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&path).expect("a folder for a door");
        Door(path)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// A gate for tasks of any process. It notes who has come, and stays open once opened, or when its folder is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Door(PathBuf);

impl Door {
    /// The door in this folder.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of all marks.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).into_iter().flatten().flatten();
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
    }

    /// In a task: says that it is here, and waits until the door is open.
    pub fn pass(&self) {
        self.mark("came");
        while self.0.exists() && !self.0.join("open").exists() {
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// In a task: leaves a mark.
    pub fn mark(&self, what: &str) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Fails when the test is over, which concerns nobody.
        fs::write(self.0.join(format!("{what}-{}-{number}", std::process::id())), "").ok();
    }

    /// How many marks of this kind there are.
    #[must_use]
    pub fn marks(&self, what: &str) -> usize {
        self.names()
            .iter()
            .filter(|name| name.strip_prefix(what).is_some_and(|rest| rest.starts_with(['-', '.'])))
            .count()
    }

    /// How many have come so far.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.marks("came")
    }

    /// In the test: waits until `n` tasks have come.
    pub fn wait_for(&self, n: usize) {
        until(|| self.arrived() >= n);
    }

    /// Lets everybody pass, now and later.
    pub fn open(&self) {
        fs::write(self.0.join("open"), "").expect("the door's folder is there");
    }
}

/// Waits until something is so.
///
/// # Panics
///
/// If it is not so after 30 seconds.
#[track_caller]
pub fn until(mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain");
        thread::sleep(Duration::from_millis(1));
    }
}

//! Effects on what many can come to: streams behind shared references, locks, atomics.

use super::{thread_form, work};

/// A stream that can be used through a shared reference, as files and sockets can.
#[derive(Default)]
struct Tape(std::sync::Mutex<Vec<u8>>);

impl std::io::Write for &Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Read for &Tape {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let mut tape = self.0.lock().unwrap();
        let n = bytes.len().min(tape.len());
        bytes[..n].copy_from_slice(&tape[..n]);
        tape.drain(..n);
        Ok(n)
    }
}

impl Tape {
    fn recv(&self) -> Option<u8> {
        let mut tape = self.0.lock().unwrap();
        (!tape.is_empty()).then(|| tape.remove(0))
    }
}

thread_form! { streams_written_through_shared_references, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u8> {
        use std::io::Write;
        let tape = Tape::default();
        for n in numbers {
            let y = work(*n);
            writeln!(&tape, "{y}").unwrap();
            (&tape).write_all(b"and ").unwrap();
            let mut to = &tape;
            write!(to, "{} ", y / 2).unwrap();
            to.write_all(&y.to_le_bytes()).unwrap();
        }
        tape.0.into_inner().unwrap()
    }
}

thread_form! { streams_read_through_shared_references, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, u8, u8, u8)> {
        use std::io::Read;
        let tape = Tape::default();
        tape.0.lock().unwrap().extend((0..numbers.len() * 3).map(|n| n as u8));
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            let (mut first, mut second) = ([0], [0]);
            (&tape).read_exact(&mut first).unwrap();
            let mut from = &tape;
            from.read_exact(&mut second).unwrap();
            let third = tape.recv().unwrap();
            out.push((y, first[0], second[0], third));
        }
        out
    }
}

thread_form! { streams_of_the_iteration, |x| f(&x.numbers, b"abcdefgh"),
    fn f(numbers: &[u64], all: &[u8]) -> Vec<(u64, u8, u8)> {
        use std::io::Read;
        let mut out = Vec::new();
        for n in numbers {
            let tape = Tape(std::sync::Mutex::new(vec![*n as u8]));
            let received = tape.recv().unwrap();
            let mut part = &all[(n % 5) as usize..];
            let mut byte = [0];
            part.read_exact(&mut byte).unwrap();
            let mut whole = all;
            whole.read_exact(&mut byte).unwrap();
            out.push((work(*n), received, byte[0]));
        }
        out
    }
}

/// What several items lead to.
#[derive(Default)]
struct Account {
    balance: std::sync::Mutex<u64>,
    history: std::sync::RwLock<Vec<u64>>,
    n_hits: std::sync::atomic::AtomicU64,
}

struct Transfer {
    from: std::sync::Arc<Account>,
    to: std::sync::Arc<Account>,
    amount: u64,
}

impl Transfer {
    fn source(&self) -> &Account {
        &self.from
    }
}

/// Transfers between few accounts.
fn transfers(numbers: &[u64]) -> Vec<Transfer> {
    let accounts: Vec<std::sync::Arc<Account>> = (0..3).map(|_| Default::default()).collect();
    let account = |n: u64| accounts[(n % 3) as usize].clone();
    numbers.iter().map(|n| Transfer { from: account(*n), to: account(n / 3), amount: *n }).collect()
}

thread_form! { locks_read_behind_a_write, |x| f(&transfers(&x.numbers)),
    fn f(transfers: &[Transfer]) -> Vec<(u64, usize, usize)> {
        let mut out = Vec::new();
        for transfer in transfers {
            let y = work(transfer.amount);
            let before = transfer.to.history.read().unwrap().len();
            transfer.from.history.write().unwrap().push(y);
            let after = transfer.from.history.read().unwrap().len();
            out.push((y, before, after));
        }
        out
    }
}

thread_form! { atomics_loaded_by_way_of_another_item, |x| f(&transfers(&x.numbers)),
    fn f(transfers: &[Transfer]) -> Vec<(u64, u64)> {
        use std::sync::atomic::Ordering;
        let mut out = Vec::new();
        for transfer in transfers {
            let seen = transfer.to.n_hits.load(Ordering::SeqCst);
            let y = work(transfer.amount);
            transfer.from.n_hits.fetch_add(1, Ordering::SeqCst);
            out.push((y, seen));
        }
        out
    }
}

thread_form! { locks_found_by_way_of_items, |x| f(&transfers(&x.numbers)),
    fn f(transfers: &[Transfer]) -> Vec<(u64, u64)> {
        let mut out = Vec::new();
        for transfer in transfers {
            let y = work(transfer.amount);
            let source = transfer.source();
            let lock = std::convert::identity(&source.balance);
            let mut balance = lock.lock().unwrap();
            *balance = (*balance * 3 + y) % 1000;
            out.push((y, *balance));
        }
        out
    }
}

/// What is global, by way of a function.
fn registry() -> &'static std::sync::RwLock<Vec<u64>> {
    static REGISTRY: std::sync::RwLock<Vec<u64>> = std::sync::RwLock::new(Vec::new());
    &REGISTRY
}

thread_form! { locks_that_functions_give, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, usize, usize)> {
        registry().write().unwrap().clear();
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            registry().write().unwrap().push(y);
            let length = registry().read().unwrap().len();
            let all = registry();
            all.write().unwrap().push(*n);
            let last = all.read().unwrap().len();
            out.push((y, length, last));
        }
        out
    }
}

//! Large values there and back: exactly as they were, by several workers at once, whoever dies meanwhile, and without a trace
//! once they have arrived.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::os::fd::RawFd;
use std::os::unix::fs::MetadataExt;
use std::thread;
use std::time::Duration;

use concurrent_futures::{ProcessPool, concurrent};
use concurrent_futures_suite::{Door, Probe, Scratch, descriptors, timed, until};
use serde::{Deserialize, Serialize, Serializer};

const MIB: usize = 1024 * 1024;

/// Below this, nothing lies beside a message.
const LONG: usize = 256 * 1024;

/// Bytes that differ from place to place and from seed to seed.
fn bytes(len: usize, seed: usize) -> Vec<u8> {
    let block: Vec<u8> = (0..4099).map(|i| ((i * 31 + i / 251 + seed * 17) % 256) as u8).collect();
    let mut bytes = block.repeat(len.div_ceil(block.len()));
    bytes.truncate(len);
    bytes
}

fn same(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

/// Of every byte the next.
fn next(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_add(1));
    bytes
}

/// The files beside the socket, as this process has them open.
fn files() -> Vec<RawFd> {
    let open = descriptors();
    let files = open.iter().filter(|line| line.contains("memfd:concurrent-futures-runs"));
    files.map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect()
}

/// How much memory they have.
fn memory_of_files() -> u64 {
    let blocks = |file: &RawFd| fs::metadata(format!("/proc/self/fd/{file}")).map_or(0, |file| file.blocks());
    files().iter().map(blocks).sum::<u64>() * 512
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Picture {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    pixels: Vec<u32>,
    layers: Vec<Vec<f64>>,
    texts: BTreeMap<String, Box<[i16]>>,
    /// Read and written one element after the other.
    history: VecDeque<u64>,
}

fn picture(author: Option<&str>) -> Picture {
    Picture {
        name: "α".repeat(LONG),
        author: author.map(str::to_owned),
        pixels: (0..600_000).collect(),
        layers: (0..5).map(|layer| (0..layer * 50_000).map(|i| f64::from(i) / 7.0).collect()).collect(),
        texts: [("short".to_owned(), vec![1; 3].into()), ("long".to_owned(), vec![-7; MIB].into())].into(),
        history: (0..100_000).collect(),
    }
}

#[test]
fn bytes_of_all_lengths_there_and_back() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        for len in [LONG - 1, LONG, LONG + 1, 3 * MIB + 7, 20 * MIB + 1, 64 * MIB] {
            let sent = bytes(len, len);
            assert!(pool.submit(same, sent.clone()).result().unwrap() == sent, "{len} bytes");
        }
    });
}

#[test]
fn values_that_hold_long_parts_there_and_back() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        for sent in [picture(None), picture(Some("somebody"))] {
            assert!(pool.submit(|picture: Picture| picture, sent.clone()).result().unwrap() == sent);
        }
        let numbers: Vec<f64> =
            (0..MIB).map(|i| f64::from_bits((i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        let back = pool.submit(|numbers: Vec<f64>| numbers, numbers.clone()).result().unwrap();
        assert!(back.iter().map(|x| x.to_bits()).eq(numbers.iter().map(|x| x.to_bits())), "bit for bit, NaNs too");
        let many: Vec<Vec<u8>> = (0..30).map(|seed| bytes(LONG + seed, seed)).collect();
        assert!(pool.submit(|many: Vec<Vec<u8>>| many, many.clone()).result().unwrap() == many);
    });
}

#[test]
fn several_workers_and_threads_at_once() {
    timed(|| {
        let pool = ProcessPool::new(3).unwrap();
        thread::scope(|scope| {
            for seed in 0..3 {
                let pool = &pool;
                scope.spawn(move || {
                    let lens = (0..12).map(|n| (n % 4 * MIB + LONG, seed * 100 + n));
                    let sent: Vec<_> = lens.map(|(len, seed)| bytes(len, seed)).collect();
                    let futures: Vec<_> = sent.iter().map(|bytes| pool.submit(next, bytes.clone())).collect();
                    for (future, sent) in futures.into_iter().zip(sent) {
                        assert!(future.result().unwrap() == next(sent));
                    }
                });
            }
        });
    });
}

#[test]
fn long_and_short_ones_in_turns_keep_their_order() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        let inputs = || (0..60).map(|n| bytes([10, LONG, 40_000, 2 * MIB, 0][n % 5], n));
        for chunk in [1, 4, 60] {
            let back = pool.map(next, inputs()).chunksize(chunk);
            assert!(back.zip(inputs()).all(|(back, sent)| back.unwrap() == next(sent)), "chunks of {chunk}");
        }
    });
}

#[test]
fn a_loop_sends_and_receives_long_values() {
    #[concurrent(mode = "process", workers = 2)]
    fn doubled(rows: &[Vec<f64>], shift: &[f64]) -> Vec<Vec<f64>> {
        let mut out = Vec::new();
        for row in rows {
            let new: Vec<f64> = row.iter().zip(shift).map(|(x, shift)| x * 2.0 + shift).collect();
            out.push(new);
        }
        out
    }
    timed(|| {
        let rows: Vec<Vec<f64>> = (0..8).map(|row| (0..100_000).map(|i| f64::from(i * row)).collect()).collect();
        let shift: Vec<f64> = (0..100_000).map(f64::from).collect();
        let expected: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().zip(&shift).map(|(x, shift)| x * 2.0 + shift).collect()).collect();
        assert!(doubled(&rows, &shift) == expected);
    });
}

#[test]
fn a_task_that_is_tried_again_has_its_arguments_still() {
    fn crash_first((bytes, place): (Vec<u8>, std::path::PathBuf)) -> Vec<u8> {
        if !place.exists() {
            fs::write(place, "").unwrap();
            std::process::abort();
        }
        next(bytes)
    }
    timed(|| {
        let scratch = Scratch::new();
        let pool = ProcessPool::builder().workers(2).retries(1).build().unwrap();
        let tasks: Vec<_> =
            (0..4).map(|n| pool.submit(crash_first, (bytes(5 * MIB, n), scratch.path().join(n.to_string())))).collect();
        for (n, task) in tasks.into_iter().enumerate() {
            assert!(task.result().unwrap() == next(bytes(5 * MIB, n)));
        }
    });
}

/// Written like its bytes; then something happens.
struct Then(Vec<u8>, fn());

impl Serialize for Then {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Happens(fn());
        impl Serialize for Happens {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                (self.0)();
                serializer.serialize_u8(7)
            }
        }
        (&self.0, Happens(self.1)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Then {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <(Vec<u8>, u8)>::deserialize(deserializer).map(|(bytes, _)| Self(bytes, || {}))
    }
}

#[test]
fn a_worker_that_dies_while_it_answers_fails_its_task_alone() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        for n in 0..5 {
            let dies = pool.submit(|n: usize| Then(bytes(2 * MIB, n), || std::process::abort()), n);
            let behind = pool.submit(next, bytes(MIB, n));
            assert!(dies.result().is_err_and(|error| error.is_worker_died()));
            assert!(behind.result().unwrap() == next(bytes(MIB, n)));
        }
    });
}

#[test]
fn a_worker_that_robs_its_file_of_memory_fails_that_answer_alone() {
    timed(|| {
        fn rob() {
            for file in files() {
                let how = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
                // SAFETY: no memory of ours is touched. The files belong to somebody else, which is the point.
                unsafe { libc::fallocate(file, how, 0, 1 << 40) };
                // SAFETY: as above.
                assert_eq!(unsafe { libc::ftruncate(file, 0) }, -1, "it cannot be shortened");
            }
        }
        let pool = ProcessPool::new(1).unwrap();
        let worker = pool.spawn(std::process::id).result().unwrap();
        for n in 0..5 {
            let bad = pool.submit(|n: usize| Then(bytes(MIB, n), rob), n);
            let error = bad.result().map(|Then(bytes, _)| bytes.len()).unwrap_err();
            assert!(error.is_decode() && error.to_string().contains("a long run of"), "{error}");
            assert!(pool.submit(next, bytes(MIB, n)).result().unwrap() == next(bytes(MIB, n)));
        }
        assert_eq!(pool.spawn(std::process::id).result().unwrap(), worker, "it lives");
    });
}

#[test]
fn a_worker_cannot_write_to_the_arguments_of_others() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let write = || {
            let byte = 7_u8;
            // SAFETY: the byte outlives the call.
            let write = |file: RawFd| unsafe { libc::pwrite(file, (&raw const byte).cast(), 1, 0) };
            files().into_iter().map(write).collect::<Vec<_>>()
        };
        let mut written = pool.spawn(write).result().unwrap();
        written.sort_unstable();
        assert_eq!(written, [-1, 1], "the file of arguments, and its own");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn leaves_nothing_behind() {
    let scratch = Scratch::new();
    let before = descriptors();
    let pool = ProcessPool::new(2).unwrap();
    // Answered, and nobody wants the answer.
    (0..4).for_each(|n| drop(pool.submit(same, bytes(3 * MIB, n))));
    // Cancelled before it starts, and while it runs.
    let door = scratch.door();
    let held: Vec<_> =
        (0..2).map(|_| pool.submit(|(door, _): (Door, Vec<u8>)| door.pass(), (door.clone(), bytes(MIB, 1)))).collect();
    // Both workers are busy then, so what comes now waits.
    door.wait_for(2);
    let waits: Vec<_> = (0..4).map(|n| pool.submit(same, bytes(3 * MIB, n))).collect();
    assert!(memory_of_files() >= 12 * MIB as u64, "what waits is there");
    assert!(waits.iter().all(concurrent_futures::Future::cancel));
    assert!(held[0].cancel());
    door.open();
    held.into_iter().for_each(|held| drop(held.result()));
    // The worker dies, and the value cannot be sent.
    let abort = |_: Vec<u8>| -> u8 { std::process::abort() };
    assert!(pool.submit(abort, bytes(MIB, 1)).result().is_err());
    assert!(pool.submit(|bytes: Vec<u8>| bytes.len(), bytes(MIB, 1)).result().is_ok());
    until(|| memory_of_files() == 0);
    assert!(pool.submit(same, bytes(MIB, 9)).result().unwrap() == bytes(MIB, 9), "and it goes on");
    drop(pool);
    // The last act of a supervisor is after the pool's end.
    until(|| descriptors() == before);
}

#[test]
fn whatever_becomes_of_the_tasks_neither_memory_nor_descriptors_are_kept() {
    timed(|| {
        Probe::new("leaves_nothing_behind").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn has_a_limit_on_files() {
    let pool = ProcessPool::new(1).unwrap();
    for len in [LONG, MIB, 8 * MIB] {
        assert!(pool.submit(next, bytes(len, len)).result().unwrap() == next(bytes(len, len)));
    }
    let worker = pool.spawn(std::process::id).result().unwrap();
    assert!(pool.submit(same, bytes(9 * MIB, 1)).result().unwrap() == bytes(9 * MIB, 1));
    assert_eq!(pool.spawn(std::process::id).result().unwrap(), worker, "no signal ended it");
    assert!(memory_of_files() < MIB as u64);
}

#[test]
fn where_files_may_not_be_long_all_goes_through_the_socket() {
    timed(|| {
        // In units of 512 or 1024 bytes, as the shell has it.
        Probe::after("ulimit -f 700", "has_a_limit_on_files").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn has_a_limit_on_long_values() {
    let pool = ProcessPool::new(1).unwrap();
    let is_clear =
        |error: &concurrent_futures::Error| error.is_encode() && error.to_string().contains("may take 1000000");
    assert!(is_clear(&pool.submit(|bytes: Vec<u8>| bytes.len(), bytes(MIB, 1)).result().unwrap_err()));
    assert!(is_clear(&pool.submit(|n: usize| bytes(n, 1), MIB).result().unwrap_err()));
    assert!(pool.submit(next, bytes(900_000, 1)).result().unwrap() == next(bytes(900_000, 1)));
    until(|| memory_of_files() == 0);
}

#[test]
fn a_limit_on_values_counts_what_lies_beside_the_message() {
    timed(|| {
        Probe::new("has_a_limit_on_long_values").env("CONCURRENT_LONGEST_VALUE", "1000000").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn reads_more_slowly_than_its_worker_answers() {
    #[derive(Serialize)]
    struct Slow(Vec<u8>);
    impl<'de> Deserialize<'de> for Slow {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            thread::sleep(Duration::from_millis(20));
            Vec::deserialize(deserializer).map(Self)
        }
    }
    let pool = ProcessPool::new(1).unwrap();
    let futures: Vec<_> = (0..40).map(|n| pool.submit(|n: usize| Slow(bytes(8 * MIB, n)), n)).collect();
    let mut most = 0;
    for (n, future) in futures.into_iter().enumerate() {
        assert!(future.result().unwrap().0 == bytes(8 * MIB, n));
        most = most.max(memory_of_files());
    }
    assert!(most <= (64 + 9) * MIB as u64, "{most} bytes");
}

#[test]
fn answers_that_nobody_reads_wait_in_bounded_memory() {
    timed(|| {
        Probe::new("reads_more_slowly_than_its_worker_answers").run();
    });
}

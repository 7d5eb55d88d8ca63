//! Bytes that nobody wrote, or that were damaged on the way: a frame, or an error; never a panic, and no memory that the bytes
//! do not justify.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::frame::{Header, Inbox, Kind};
use super::hello::{Hello, Identity};
use super::report::PanicReport;

/// A seed printed by a failure, to run it again.
const SEED: &str = "CONCURRENT_TEST_SEED";

/// Everything that is done with bytes from another process before they are trusted. Gives the number of frames.
pub(crate) fn swallow(bytes: &[u8], piece: usize) -> usize {
    let mut inbox = Inbox::default();
    let mut n_frames = 0;
    for piece in bytes.chunks(piece.max(1)) {
        inbox.room().extend_from_slice(piece);
        loop {
            match inbox.next() {
                Ok(Some((header, payload))) => {
                    let payload = inbox.payload(payload);
                    assert_eq!(payload.len(), header.len);
                    n_frames += 1;
                    PanicReport::read(payload);
                    let mine = Hello::of(Identity { device: 1, inode: 2, size: 3, modified: 4 });
                    Hello::check(payload, mine).ok();
                }
                Ok(None) => break,
                Err(_) => return n_frames,
            }
        }
        // Doubled at most, and read into in large pieces.
        assert!(inbox.room().capacity() <= 4 * bytes.len() + 256 * 1024, "{} bytes", bytes.len());
    }
    n_frames
}

fn check<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, test: impl Fn(T) -> Result<(), TestCaseError>) {
    let seed = std::env::var(SEED)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| u64::from(now.subsec_nanos())));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: 2000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    if let Err(error) = runner.run(&strategy, test) {
        panic!("{SEED}={seed}\n{error}");
    }
}

fn frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20)
}

fn stream(payloads: &[Vec<u8>]) -> Vec<u8> {
    let frame = |(number, payload): (usize, &Vec<u8>)| {
        let header = Header { kind: Kind::Value, number: number as u64, len: payload.len() };
        [header.to_bytes().as_slice(), payload].concat()
    };
    payloads.iter().enumerate().flat_map(frame).collect()
}

#[test]
fn random_bytes_are_swallowed() {
    check((prop::collection::vec(any::<u8>(), 0..2000), 1_usize..500), |(bytes, piece)| {
        swallow(&bytes, piece);
        Ok(())
    });
}

/// What may happen to a stream on its way.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Written(u8),
    Flipped(u32),
    CutOff,
    TakenOut,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<u8>().prop_map(Damage::Written),
        (0..8_u32).prop_map(Damage::Flipped),
        Just(Damage::CutOff),
        Just(Damage::TakenOut),
    ]
}

#[test]
fn damaged_streams_are_swallowed() {
    let damages = prop::collection::vec((damage(), any::<prop::sample::Index>()), 1..5);
    check((frames(), damages, 1_usize..500), |(payloads, damages, piece)| {
        let mut bytes = stream(&payloads);
        for (damage, at) in damages {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match damage {
                Damage::Written(byte) => bytes[at] = byte,
                Damage::Flipped(bit) => bytes[at] ^= 1 << bit,
                Damage::CutOff => bytes.truncate(at),
                Damage::TakenOut => drop(bytes.drain(at / 2..at)),
            }
        }
        swallow(&bytes, piece);
        Ok(())
    });
}

#[test]
fn a_stream_cut_short_gives_the_frames_that_are_whole() {
    check((frames(), any::<prop::sample::Index>(), 1_usize..500), |(payloads, at, piece)| {
        let bytes = stream(&payloads);
        let cut = at.index(bytes.len() + 1);
        let mut ends = payloads.iter().scan(0, |end, payload| {
            *end += payload.len() + super::frame::HEADER;
            Some(*end)
        });
        let whole = ends.by_ref().take_while(|end| *end <= cut).count();
        prop_assert_eq!(swallow(&bytes[..cut], piece), whole);
        Ok(())
    });
}

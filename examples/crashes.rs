//! A parser that segfaults on some of its inputs, in worker processes: every other input is parsed, and each crash is an
//! error in its own place.
//!
//! ```text
//! cargo run --example crashes
//! ```

use concurrent_futures::{Error, ProcessPool};

/// A file of an invented format: where its title begins (8 bytes, little-endian), and then the contents.
fn file(title_at: u64, contents: &str) -> Vec<u8> {
    [title_at.to_le_bytes().as_slice(), contents.as_bytes()].concat()
}

/// The title of a file, the way much C code reads it: whatever the file says is believed.
fn title(file: Vec<u8>) -> String {
    let at = u64::from_le_bytes(file[..8].try_into().expect("8 bytes are 8 bytes"));
    let mut text = file.as_ptr().wrapping_add(8).wrapping_add(at as usize);
    let mut title = Vec::new();
    loop {
        // SAFETY: none. A wrong position leads out of the file, and a large one out of all memory of the process.
        let byte = unsafe { text.read_volatile() };
        if byte == b'\n' {
            return String::from_utf8(title).expect("a title is text");
        }
        title.push(byte);
        text = text.wrapping_add(1);
    }
}

fn main() -> Result<(), Error> {
    const HOSTILE: [usize; 2] = [3, 7];
    let files = (0..10).map(|i| match i {
        3 => file(1 << 62, "This title is beyond all memory\n"),
        7 => file(1 << 45, "This one, too\n"),
        _ => file(6, &format!("title:Chapter {i}\nOnce upon a time …")),
    });

    let pool = ProcessPool::new(2)?;
    let before = std::process::id();
    let (mut parsed, mut crashed) = (0, 0);
    for (i, title) in pool.map(title, files).enumerate() {
        match title {
            Ok(title) => {
                assert_eq!(title, format!("Chapter {i}"));
                println!("file {i}: {title:?}");
                parsed += 1;
            }
            Err(error) => {
                assert!(HOSTILE.contains(&i) && error.is_worker_died(), "{error}");
                // A segmentation fault, by whichever of its two names the system calls it.
                assert!(matches!(error.signal(), Some(10 | 11)), "{error}");
                println!("file {i}: {error}");
                crashed += 1;
            }
        }
    }
    assert_eq!((parsed, crashed), (8, 2));
    assert_eq!(std::process::id(), before);
    println!("{parsed} parsed, {crashed} crashed their worker, and this process ({before}) is still here");
    Ok(())
}

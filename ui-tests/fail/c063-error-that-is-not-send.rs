//! `Box<dyn Error>` stays on its thread.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn parse(text: &str) -> Result<u64, Box<dyn std::error::Error>> {
    Ok(text.parse()?)
}

fn main() {
    let _ = parse("3");
}

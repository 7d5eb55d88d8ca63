//! A value that a worker process makes has to be sent back.

use concurrent_futures::concurrent;

struct Page(String);

fn fetch(n: u64) -> Page {
    Page(n.to_string())
}

#[concurrent(mode = "process")]
fn pages(n: u64) -> Vec<Page> {
    let mut out = Vec::new();
    for i in 0..n {
        let page = fetch(i);
        out.push(page);
    }
    out
}

fn main() {
    for page in pages(3) {
        println!("{}", page.0);
    }
}

//! Generated code names everything by its full path.

#![no_implicit_prelude]

#[::concurrent_futures::concurrent(workers = 3)]
fn squares(n: u64) -> ::std::vec::Vec<u64> {
    let mut out = ::std::vec::Vec::new();
    for i in 0..n {
        let square = ::std::primitive::u64::pow(i, 2);
        if square > 10 {
            break;
        }
        out.push(square);
    }
    out
}

#[::concurrent_futures::concurrent(task)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {
    ::std::assert_eq!(squares(5).as_slice(), [0, 1, 4, 9]);
    ::std::assert_eq!(length::submit(::std::convert::From::from("abc")).result().unwrap(), 3);
}

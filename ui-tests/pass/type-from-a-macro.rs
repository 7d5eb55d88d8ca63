//! A parameter whose type comes through a `$input:ty`.

use concurrent_futures::concurrent;

macro_rules! task {
    ($name:ident: $input:ty) => {
        #[concurrent(task)]
        fn $name(text: $input) -> usize {
            text.len()
        }
    };
}

task!(length: &str);

fn main() {
    assert_eq!(length::submit("abc".into()).result().unwrap(), 3);
}

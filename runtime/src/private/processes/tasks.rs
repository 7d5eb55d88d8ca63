//! Tasks that run in other processes.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::options::ProcessOptions;
use crate::executor::{ChunkResults, Feed, Map};
use crate::future::{Future, finished};
use crate::task::{context, outcome};

/// `hash_one::submit(n)`: `submit_process(options, (n,), |(n,)| hash_one(n))`.
pub fn submit_process<F, A, T>(options: ProcessOptions<'static>, arguments: A, work: F) -> Future<T>
where
    F: FnOnce(A) -> T + Copy + Send + 'static,
    A: Serialize + DeserializeOwned,
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let label = options.label;
    match options.executor() {
        Ok(Some(pool)) => pool.submit_as::<F, A, _>(label, arguments, options.limits),
        Ok(None) => {
            let _inside = context::enter(label, None, None);
            finished(label, outcome::run(label, || work(arguments)))
        }
        Err(error) => finished(label, Err(error)),
    }
}

/// `hash_one::map(inputs)`: `map_process(options, inputs, |n| hash_one(n))`.
pub fn map_process<I, F, T>(options: ProcessOptions<'static>, inputs: I, work: F) -> Map<'static, I::IntoIter, T>
where
    I: IntoIterator,
    I::Item: Serialize + DeserializeOwned,
    F: Fn(I::Item) -> T + Copy + Send + 'static,
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let (label, inputs) = (options.label, inputs.into_iter());
    let map = match options.executor() {
        Ok(Some(pool)) => pool.map_as::<_, F, T>(label, inputs, options.limits),
        Ok(None) => {
            let launch = move |items: Vec<I::Item>| {
                let _inside = context::enter(label, None, None);
                let results: ChunkResults<T> =
                    items.into_iter().map(|item| outcome::run(label, || work(item))).collect();
                finished(label, Ok(results))
            };
            Map::over(Feed::here(launch, inputs))
        }
        Err(error) => Map::over(Feed::here(move |_| finished(label, Err(error.for_next_item())), inputs)),
    };
    map.tuned(options.chunk_size, options.buffer_size)
}

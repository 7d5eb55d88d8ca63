//! Options that exclude each other or do not belong where they stand.

use crate::diag::{Sink, catalog};
use crate::model::options::{Keyed, Options};
use syn::{Expr, ExprLit, Lit};

/// Checks the options of a loop, which are its function's and its mark's together.
pub(crate) fn check_together(options: &Options, sink: &mut Sink) {
    if let (Some(workers), Some(pool)) = (&options.workers, &options.pool) {
        let later = if is_before(&workers.key, &pool.key) { &pool.key } else { &workers.key };
        sink.error(later.span(), catalog::workers_and_pool());
    }
    if let (Some(chunk), Some(buffer)) = (&options.chunksize, &options.buffersize)
        && let (Some(chunk), Some(size)) = (literal(chunk), literal(buffer))
        && size < chunk
    {
        sink.error_at(&buffer.value, catalog::buffer_below_chunk(size, chunk));
    }
    if !options.is_process() {
        for Keyed { key, .. } in options.for_processes_only() {
            sink.error(key.span(), catalog::not_with_threads(key));
        }
    }
    if let (Some(max), Some(_)) = (&options.max_tasks_per_child, &options.pool) {
        sink.error(max.key.span(), catalog::max_tasks_and_pool());
    }
}

/// Checks the options of a task.
pub(crate) fn check_task(options: &Options, sink: &mut Sink) {
    check_together(options, sink);
    if let Some(span) = options.unordered {
        sink.error(span, catalog::unordered_task());
    }
    if let Some(name) = options.shared.first() {
        sink.error(name.span(), catalog::shared_task());
    }
    if let Some(reduction) = options.reduce.first() {
        sink.error(reduction.name.span(), catalog::reduce_task());
    }
}

fn literal(count: &Keyed<Expr>) -> Option<usize> {
    match &count.value {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        _ => None,
    }
}

/// The later of two keys of one attribute is the one too many.
fn is_before(a: &proc_macro2::Ident, b: &proc_macro2::Ident) -> bool {
    let place = |ident: &proc_macro2::Ident| {
        let start = ident.span().start();
        (start.line, start.column)
    };
    place(a) <= place(b)
}

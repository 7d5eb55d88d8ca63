//! Room for large values.

/// Makes room for `n` more elements, where they are many in pages that are quickly had.
pub(super) fn reserve<T>(vec: &mut Vec<T>, n: usize) {
    vec.reserve(n);
    #[cfg(unix)]
    crate::os::memory::prefer_large_pages(vec.spare_capacity_mut());
}

//! Where a function stands, which its tokens do not tell.

use super::marks;
use std::fs;
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, ImplItemFn, ItemFn, TraitItemFn};

/// Whether an annotated function stands in an `impl` block or a trait, as far as its file can be read and has no annotated
/// function of that name elsewhere.
pub(crate) fn is_associated(name: &Ident) -> bool {
    let text = name.span().local_file().and_then(|path| fs::read_to_string(path).ok());
    // Most files have nothing of the sort, and need not be parsed.
    let Some(text) = text.filter(|text| text.contains("impl") || text.contains("trait")) else { return false };
    let Ok(file) = syn::parse_file(&text) else { return false };
    let mut places = Places { name, associated: 0, free: 0 };
    places.visit_file(&file);
    places.associated > 0 && places.free == 0
}

struct Places<'a> {
    name: &'a Ident,
    associated: usize,
    free: usize,
}

impl Places<'_> {
    fn is_it(&self, name: &Ident, attrs: &[Attribute]) -> bool {
        name == self.name && attrs.iter().any(marks::is_mark)
    }
}

impl Visit<'_> for Places<'_> {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.free += usize::from(self.is_it(&function.sig.ident, &function.attrs));
        visit::visit_item_fn(self, function);
    }
    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.associated += usize::from(self.is_it(&function.sig.ident, &function.attrs));
        visit::visit_impl_item_fn(self, function);
    }
    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        self.associated += usize::from(self.is_it(&function.sig.ident, &function.attrs));
        visit::visit_trait_item_fn(self, function);
    }
}

//! What patterns bind.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Expr, Pat};

/// The names that a pattern binds, with `mut` or not.
pub(crate) fn bound_names(pat: &Pat) -> Vec<(Ident, bool)> {
    struct Names(Vec<(Ident, bool)>);
    impl Visit<'_> for Names {
        fn visit_pat_ident(&mut self, pat: &syn::PatIdent) {
            // An upper-case name without a sub-pattern is a constant or a unit variant.
            let is_constant = pat.subpat.is_none()
                && pat.by_ref.is_none()
                && pat.mutability.is_none()
                && pat.ident.unraw().to_string().starts_with(char::is_uppercase);
            if !is_constant {
                self.0.push((pat.ident.clone(), pat.mutability.is_some()));
            }
            visit::visit_pat_ident(self, pat);
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0
}

/// The names that a pattern binds by reference.
pub(crate) fn names_bound_by_ref(pat: &Pat) -> Vec<Ident> {
    struct Finder(Vec<Ident>);
    impl Visit<'_> for Finder {
        fn visit_pat_ident(&mut self, pat: &syn::PatIdent) {
            if pat.by_ref.is_some() {
                self.0.push(pat.ident.clone());
            }
            visit::visit_pat_ident(self, pat);
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut finder = Finder(Vec::new());
    finder.visit_pat(pat);
    finder.0
}

/// Whether a pattern borrows with `ref mut`.
pub(super) fn binds_ref_mut(pat: &Pat) -> bool {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_pat_ident(&mut self, pat: &syn::PatIdent) {
            self.0 |= pat.by_ref.is_some() && pat.mutability.is_some();
            visit::visit_pat_ident(self, pat);
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut finder = Finder(false);
    finder.visit_pat(pat);
    finder.0
}

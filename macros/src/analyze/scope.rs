//! What is bound around a loop, and how it was declared.

use super::known;
use super::patterns;
use super::types;
use super::uses;
use crate::names::PLANNED;
use std::collections::HashMap;
use syn::visit::{self, Visit};
use syn::{Block, Expr, FnArg, GenericArgument, ItemFn, Pat, PathArguments, ReceiverKind, Stmt, Type};

/// How a local of the function was declared.
#[derive(Clone, Default)]
pub(crate) struct Declared {
    /// `mut`, so that a method may change it.
    pub(crate) is_mut: bool,
    /// It is an exclusive reference, so that a mere use of it may change what is behind it.
    pub(crate) is_mut_ref: bool,
    /// It is a shared reference to a collection, and so iterating over it gives shared references.
    pub(crate) gives_shared_references: bool,
    /// It is a vector of values which are not references.
    pub(crate) gives_owned_items: bool,
    /// It is a closure with effects whose order can be observed.
    pub(crate) has_effects: bool,
    /// It is a vector, or an exclusive reference to one, whose elements any thread may make.
    pub(crate) is_vector: bool,
    /// It is, or holds, something that cannot be shared between threads, as far as can be seen.
    pub(crate) is_bound_to_thread: bool,
    /// It is surely `Copy`, whatever its type is.
    pub(crate) is_copied: bool,
    /// Its type, where that is certain.
    pub(crate) ty: Option<Type>,
}

impl Declared {
    /// Whether it is surely an exclusive reference, and nothing else that holds one.
    pub(crate) fn is_exclusive_reference(&self) -> bool {
        matches!(&self.ty, Some(Type::Reference(reference)) if reference.mutability.is_some())
    }
}

/// The locals that are visible at one place.
pub(crate) type Locals = HashMap<String, Declared>;

/// For each planned loop of `function`, the locals visible around it, by the plan's number.
pub(crate) fn locals_around_loops(function: &ItemFn) -> HashMap<usize, Locals> {
    let mut walk = Walk { locals: Locals::new(), found: HashMap::new() };
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let is_mut_ref = match &receiver.kind {
                    ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
                    ReceiverKind::Typed(_, ty) => matches!(&**ty, Type::Reference(ty) if ty.mutability.is_some()),
                    _ => false,
                };
                let is_mut = receiver.mutability.is_some();
                walk.locals.insert("self".to_owned(), Declared { is_mut, is_mut_ref, ..Declared::default() });
            }
            FnArg::Typed(typed) => walk.bind(&typed.pat, Some(&typed.ty), None),
        }
    }
    walk.visit_block(&function.block);
    walk.found
}

/// The types of locals, where they are certain.
pub(crate) fn types_of(locals: &Locals) -> impl Fn(&str) -> Option<Type> + '_ {
    |name| locals.get(name)?.ty.clone()
}

/// The number in a loop's plan attribute.
pub(crate) fn plan_number(attrs: &[syn::Attribute]) -> Option<usize> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident(PLANNED))?;
    attr.parse_args::<syn::LitInt>().ok()?.base10_parse().ok()
}

/// `&[T]`, `&Vec<T>`, `&HashMap<K, V>`
fn is_shared_collection(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    match &*reference.elem {
        Type::Slice(_) | Type::Array(_) => reference.mutability.is_none(),
        Type::Path(path) => {
            let collections =
                ["Vec", "VecDeque", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "LinkedList", "BinaryHeap"];
            let last = path.path.segments.last();
            reference.mutability.is_none() && last.is_some_and(|last| collections.iter().any(|name| last.ident == name))
        }
        _ => false,
    }
}

/// `Vec<String>`
fn is_vector_of_values(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Vec") else { return false };
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            !matches!(arguments.args.first(), Some(GenericArgument::Type(Type::Reference(_))))
        }
        _ => true,
    }
}

/// Whether what `expr` gives is, or holds, an exclusive reference, as far as can be seen.
fn gives_mut_reference(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(reference) => reference.mutability.is_some(),
        Expr::MethodCall(call) => known::gives_mut(&call.method.to_string()) || gives_mut_reference(&call.receiver),
        Expr::Call(call) => call.args.iter().any(gives_mut_reference),
        Expr::Try(inner) => gives_mut_reference(&inner.expr),
        Expr::Paren(inner) => gives_mut_reference(&inner.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().any(gives_mut_reference),
        _ => false,
    }
}

struct Walk {
    locals: Locals,
    found: HashMap<usize, Locals>,
}

impl Walk {
    fn bind(&mut self, pat: &Pat, ty: Option<&Type>, init: Option<&Expr>) {
        let (pat, ty) = match pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, ty),
        };
        let is_mut_ref =
            matches!(ty, Some(Type::Reference(ty)) if ty.mutability.is_some()) || init.is_some_and(gives_mut_reference);
        let is_whole = matches!(pat, Pat::Ident(_));
        let gives_shared_references = is_whole && ty.is_some_and(is_shared_collection);
        let gives_owned_items = is_whole && ty.is_some_and(is_vector_of_values);
        let has_effects =
            init.is_some_and(|init| matches!(init, Expr::Closure(_)) && !uses::of_expr(init, None).effects.is_empty());
        let known = types_of(&self.locals);
        let value = init.and_then(|init| types::of_value(init, &known));
        let types = types::of_bound(pat, ty.or(value.as_ref()));
        drop(known);
        let vectors = types::vectors_in(pat, ty, init);
        let is_copied = is_whole && init.is_some_and(types::is_copied_value);
        let is_bound_to_thread = types::declares_bound(&["Rc", "RefCell", "Cell"], ty, init);
        for (name, is_mut) in patterns::bound_names(pat) {
            let ty = types.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty.clone());
            let is_vector = vectors.contains(&name);
            let declared = Declared {
                is_mut,
                is_mut_ref,
                gives_shared_references,
                gives_owned_items,
                has_effects,
                is_vector,
                is_bound_to_thread,
                is_copied,
                ty,
            };
            self.locals.insert(name.to_string(), declared);
        }
    }

    fn scoped(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = self.locals.clone();
        visit(self);
        self.locals = outer;
    }
}

impl Visit<'_> for Walk {
    fn visit_item(&mut self, _item: &syn::Item) {}

    fn visit_block(&mut self, block: &Block) {
        self.scoped(|walk| visit::visit_block(walk, block));
    }

    fn visit_stmt(&mut self, stmt: &Stmt) {
        visit::visit_stmt(self, stmt);
        if let Stmt::Local(local) = stmt {
            self.bind(&local.pat, None, local.init.as_ref().map(|init| &*init.expr));
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::ForLoop(for_loop) => {
                self.visit_expr(&for_loop.expr);
                if let Some(number) = plan_number(&for_loop.attrs) {
                    self.found.insert(number, self.locals.clone());
                }
                self.scoped(|walk| {
                    walk.bind(&for_loop.pat, None, Some(&for_loop.expr));
                    walk.visit_block(&for_loop.body);
                });
            }
            Expr::If(_) | Expr::While(_) => self.scoped(|walk| visit::visit_expr(walk, expr)),
            Expr::Let(condition) => {
                self.visit_expr(&condition.expr);
                self.bind(&condition.pat, None, Some(&condition.expr));
            }
            Expr::Closure(closure) => self.scoped(|walk| {
                closure.inputs.iter().for_each(|pat| walk.bind(pat, None, None));
                walk.visit_expr(&closure.body);
            }),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_arm(&mut self, arm: &syn::Arm) {
        self.scoped(|walk| {
            walk.bind(&arm.pat, None, None);
            visit::visit_arm(walk, arm);
        });
    }
}

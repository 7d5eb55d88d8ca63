//! What a function looks like from a pool: owned parameters, and generics that need not be named.

use crate::diag::{Sink, catalog};
use crate::model::options::Options;
use crate::model::task_plan::{Parameter, TaskPlan};
use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, FnArg, GenericParam, Generics, ItemFn, Lifetime, Pat, ReturnType, Token, Type, TypeParam,
    TypeParamBound, TypeReference, WherePredicate, parse_quote,
};

/// Plans the task, reporting what a pool cannot take.
pub(crate) fn plan(written: ItemFn, options: Options, sink: &mut Sink) -> TaskPlan {
    let signature = &written.sig;
    let mut generics = owned_generics(&signature.generics);
    let turbofish = generics.params.iter().filter_map(parameter_name).collect();
    let mut parameters = Vec::new();
    for (index, input) in signature.inputs.iter().enumerate() {
        if let (true, FnArg::Typed(typed)) = (options.is_process(), input)
            && is_code(&typed.ty, &signature.generics)
        {
            sink.error_at(&typed.ty, catalog::task_with_code(&name_of(&typed.pat, index)));
            continue;
        }
        match input {
            FnArg::Receiver(receiver) => sink.error_at(receiver, catalog::task_with_self()),
            FnArg::Typed(typed) => {
                if let Some(parameter) = parameter(name_of(&typed.pat, index), &typed.ty, &mut generics, sink) {
                    parameters.push(parameter);
                }
            }
        }
    }
    let output: Type = match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    if let Some(span) = Borrows::find(&output) {
        sink.error(span, catalog::task_result_borrows());
    }
    if let Type::ImplTrait(ty) = &output {
        sink.error_at(ty, catalog::task_result_is_impl());
    }
    let attrs = written.attrs.iter().filter(|attr| belongs_to_the_type(attr)).cloned().collect();
    TaskPlan { options, attrs, generics, turbofish, parameters, output, explanation: None, written }
}

/// A parameter as `submit` takes it, or an error.
fn parameter(name: Ident, ty: &Type, generics: &mut Generics, sink: &mut Sink) -> Option<Parameter> {
    match ty {
        // From a macro's `$input:ty`.
        Type::Group(inner) => parameter(name, &inner.elem, generics, sink),
        Type::Paren(inner) => parameter(name, &inner.elem, generics, sink),
        Type::Reference(TypeReference { mutability: Some(_), .. }) => {
            sink.error_at(ty, catalog::task_with_mut(&name));
            None
        }
        Type::Reference(TypeReference { lifetime: Some(lifetime), .. }) if lifetime.ident == "static" => {
            Some(Parameter { name, owned: ty.clone(), borrows: None })
        }
        Type::Reference(reference) => {
            let target = &*reference.elem;
            if let Type::TraitObject(_) | Type::ImplTrait(_) = target {
                sink.error_at(target, catalog::task_with_unowned(&name));
                return None;
            }
            if let Some(span) = Borrows::find(target) {
                sink.error(span, catalog::task_with_borrow(&name));
                return None;
            }
            Some(Parameter {
                name,
                owned: parse_quote!(<#target as ::std::borrow::ToOwned>::Owned),
                borrows: Some(target.clone()),
            })
        }
        Type::ImplTrait(bounds) => {
            let parameter = format_ident!("Impl{}", generics.params.len());
            let bounds = &bounds.bounds;
            generics.params.push(parse_quote!(#parameter: #bounds + 'static));
            Some(Parameter { name, owned: parse_quote!(#parameter), borrows: None })
        }
        _ => {
            if let Some(span) = Borrows::find(ty) {
                sink.error(span, catalog::task_with_borrow(&name));
                return None;
            }
            Some(Parameter { name, owned: ty.clone(), borrows: None })
        }
    }
}

fn name_of(pat: &Pat, index: usize) -> Ident {
    match pat {
        Pat::Ident(pat) => pat.ident.clone(),
        _ => format_ident!("argument{index}"),
    }
}

/// Whether a parameter is a function: a pointer, `impl Fn(..)`, `Box<dyn Fn(..)>`, or generic with such a bound.
fn is_code(ty: &Type, generics: &Generics) -> bool {
    struct Finder<'a>(&'a Generics, bool);
    impl Visit<'_> for Finder<'_> {
        fn visit_type_fn_ptr(&mut self, _: &syn::TypeFnPtr) {
            self.1 = true;
        }
        fn visit_type_param_bound(&mut self, bound: &TypeParamBound) {
            self.1 |= is_function_bound(bound);
        }
        fn visit_type_path(&mut self, path: &syn::TypePath) {
            let is_it = |ty: &Type| matches!(ty, Type::Path(other) if path.path.get_ident().is_some_and(|name| other.path.is_ident(name)));
            let declared = self.0.type_params().filter(|parameter| path.path.is_ident(&parameter.ident));
            let mut bounds: Vec<&TypeParamBound> = declared.flat_map(|parameter| &parameter.bounds).collect();
            for predicate in self.0.where_clause.iter().flat_map(|clause| &clause.predicates) {
                if let WherePredicate::Type(predicate) = predicate
                    && is_it(&predicate.bounded_ty)
                {
                    bounds.extend(&predicate.bounds);
                }
            }
            self.1 |= bounds.into_iter().any(is_function_bound);
            visit::visit_type_path(self, path);
        }
    }
    let mut finder = Finder(generics, false);
    finder.visit_type(ty);
    finder.1
}

fn is_function_bound(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else { return false };
    bound.path.segments.last().is_some_and(|last| ["Fn", "FnMut", "FnOnce"].iter().any(|name| last.ident == name))
}

/// The generics without lifetimes; all types outlive every borrow, since a pool keeps them.
fn owned_generics(written: &Generics) -> Generics {
    let mut generics = written.clone();
    generics.params = written
        .params
        .iter()
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        .cloned()
        .map(|mut parameter| {
            if let GenericParam::Type(TypeParam { bounds, default, .. }) = &mut parameter {
                *bounds = without_lifetimes(bounds);
                bounds.push(parse_quote!('static));
                *default = None;
            }
            parameter
        })
        .collect();
    if let Some(clause) = &mut generics.where_clause {
        clause.predicates = clause
            .predicates
            .iter()
            .filter(|predicate| !matches!(predicate, WherePredicate::Lifetime(_)))
            .cloned()
            .map(|mut predicate| {
                if let WherePredicate::Type(predicate) = &mut predicate {
                    predicate.bounds = without_lifetimes(&predicate.bounds);
                }
                predicate
            })
            .collect();
    }
    generics
}

fn without_lifetimes(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Punctuated<TypeParamBound, Token![+]> {
    bounds.iter().filter(|bound| !matches!(bound, TypeParamBound::Lifetime(_))).cloned().collect()
}

fn parameter_name(parameter: &GenericParam) -> Option<Ident> {
    match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.clone()),
        GenericParam::Const(parameter) => Some(parameter.ident.clone()),
        GenericParam::Lifetime(_) => None,
    }
}

fn belongs_to_the_type(attr: &Attribute) -> bool {
    ["cfg", "cfg_attr", "doc", "deprecated", "allow", "expect"].iter().any(|name| attr.path().is_ident(name))
}

/// Finds a borrow in a type that does not last for ever.
struct Borrows(Option<Span>);

impl Borrows {
    fn find(ty: &Type) -> Option<Span> {
        let mut finder = Self(None);
        finder.visit_type(ty);
        finder.0
    }
}

impl Visit<'_> for Borrows {
    fn visit_type_reference(&mut self, reference: &TypeReference) {
        if reference.lifetime.is_none() {
            self.0.get_or_insert(reference.span());
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        if lifetime.ident != "static" {
            self.0.get_or_insert(lifetime.span());
        }
    }

    // What these borrow is theirs: `fn(&str)`, `dyn Fn(&str)`.
    fn visit_type_fn_ptr(&mut self, _: &syn::TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &syn::ParenthesizedGenericArguments) {}
}

//! An annotated loop whose parallel part runs in worker processes.

use super::exits::Around;
use super::gather::Gather;
use super::loops::{self, Expander};
use super::options;
use super::parts;
use super::warnings;
use crate::abi::Abi;
use crate::model::loop_plan::{LoopPlan, Split};
use crate::names;
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{ExprForLoop, ReturnType, Type};

/// What `self` is called in a worker.
const THIS: &str = "__this";

// Input:  for x in source { body }
// Output: {
//     let options = ProcessOptions::new("name")….checked();
//     match IntoIterator::into_iter(source) {
//         iter => match options.plan() {
//             ProcessPlan::Plain => for x in iter { body }
//             ProcessPlan::Parallel(team) => {
//                 let captures = Captures::new().with("a", …, &a);
//                 let part = process_part(iter, …, captures, |(a, ()), maker| maker.body(move |item| -> Flow<_, _> { … }));
//                 for step in team.run(part) { … }
//             }
//         },
//     }
// }
pub(super) fn planned(expander: &mut Expander<'_>, plan: &LoopPlan, split: &Split) -> TokenStream {
    let abi = Abi::new(plan.options.krate.as_ref());
    let mut plain = expander.expanded(&plan.written, |this, written| this.visit_block_mut(&mut written.body));
    let base = expander.expanded(&*plan.written.expr, |this, base| this.visit_expr_mut(base));
    let source = base.span();
    let at = names::at(source);
    let local = |name| names::local_at(name, source);
    let (iter, options, team, part, kind, captures) =
        (local("iter"), local("options"), local("team"), local("part"), local("kind"), local("captures"));
    plain.expr = syn::parse_quote!(#iter);

    let options_value = options::of_processes(&plan.options, expander.name, at, &abi);
    let ExprForLoop { label, pat, .. } = &plan.written;
    let items = &split.items;
    // Whatever a `return` returns, only what it is made of has to travel.
    let around = Around { abi: &abi, label: label.as_ref(), return_in_order: true, is_remote: true };
    let returned = failure(expander, &abi, at);
    let (closure, in_order) = expander.without_return(|this| parts::parts(split, pat, around, Gather::Nothing, this));
    let (pattern, captured) = captured(split, &abi, at);
    let may_be_left = loops::may_be_left(split, &abi, source);
    let item_kind = self::kind(&abi, "process_items", &quote_spanned!(at=> item(&#iter)), at);
    let ways = [
        "StaysHere",
        "StaysOne",
        "StaysBorrowed",
        "TravelsAsItself",
        "TravelsAsReference",
        "TravelsAsPair",
        "TravelsWithBorrows",
        "TravelsAsReferences",
        "HasState",
        "HasNoState",
    ];
    let ways = ways.map(|name| abi.private_at(name, at));
    // With the user's own hygiene, since format strings name it too.
    let this = Ident::new(THIS, Span::call_site());
    let closure = with_this(closure, &this);
    let (step, item, error) = (names::local("step"), names::local("item"), names::local("error"));
    let private = |name| abi.private_at(name, at);
    let (plan_type, make_part, maker) = (private("ProcessPlan"), private("process_part"), names::local("maker"));
    let warnings = warnings::written(&plan.warnings);
    quote_spanned! {at=> {
        #warnings
        let #options = #options_value;
        match ::core::iter::IntoIterator::into_iter(#base) {
            #iter => match #options.plan() {
                #plan_type::Plain => #plain
                #[allow(
                    unused, unreachable_code, clippy::all, clippy::pedantic, clippy::nursery,
                    reason = "the same code, taken apart, stands above as it was written"
                )]
                #plan_type::Parallel(#team) => {
                    use {#(#ways as _),*};
                    #(#items)*
                    #may_be_left
                    let #captures = #captured;
                    let #kind = #item_kind;
                    let #part = #make_part(#iter, #kind, #captures, |#pattern, #maker| #maker.body(move |#item| #closure));
                    #label for #step in #team.run(#part) {
                        let #step = match #step {
                            ::core::result::Result::Ok(#step) => #step,
                            ::core::result::Result::Err(#error) => #returned,
                        };
                        #in_order
                    }
                }
            },
        }
    }}
}

// Output: (b, (a, ())), and Captures::new().with("a", process_capture((&&&&&probe).travels(), probe.asked()), &a).with("b", …)
fn captured(split: &Split, abi: &Abi, at: Span) -> (TokenStream, TokenStream) {
    let captures = abi.private_at("Captures", at);
    let (mut pattern, mut value) = (quote!(()), quote_spanned!(at=> #captures::new()));
    for name in split.outer_variables() {
        let span = names::at(name.span());
        let (check, probe) = (abi.private_at("process_capture", span), abi.private_at("Probe", span));
        let probe = quote_spanned!(span=> #probe::of_value(&#name));
        let kind = quote_spanned!(span=> #check((&&&&&#probe).travels(), #probe.asked(), (&&#probe).state()));
        let text = name.to_string();
        let seen = if name == "self" { Ident::new(THIS, name.span()) } else { name.clone() };
        value = quote_spanned!(span=> #value.with(#text, #kind, &#name));
        pattern = quote!((#seen, #pattern));
    }
    (pattern, value)
}

// Output: process_cross((&&&&&Probe::of_value(&y)).travels(), Probe::of_value(&y).asked()).pack(y)
pub(super) fn packed(abi: &Abi, check: &str, value: &TokenStream, at: Span) -> TokenStream {
    let kind = kind(abi, check, &quote_spanned!(at=> of_value(&#value)), at);
    quote_spanned!(at=> #kind.pack(#value))
}

/// The same for what a `?` leaves an iteration with.
pub(super) fn packed_residual(abi: &Abi, residual: &Ident, at: Span) -> TokenStream {
    let private = |name| abi.private_at(name, at);
    let (check, probe, sent) = (private("process_cross"), private("Probe"), private("Packed"));
    let packed = names::local_at("packed", at);
    quote_spanned! {at=> {
        let #packed = #sent::new(#residual);
        #check((&&&&&#probe::of_value(&#packed)).travels(), #packed.asked()).pack(#packed)
    }}
}

/// How something travels, checked.
fn kind(abi: &Abi, check: &str, asked: &TokenStream, at: Span) -> TokenStream {
    let (check, probe) = (abi.private_at(check, at), abi.private_at("Probe", at));
    quote_spanned!(at=> #check((&&&&&#probe::#asked).travels(), #probe::#asked.asked()))
}

/// What happens when a worker failed: the function returns the error if it can, and panics if not.
fn failure(expander: &Expander<'_>, abi: &Abi, at: Span) -> TokenStream {
    let error = names::local("error");
    let private = |name| abi.private_at(name, at);
    match &expander.returns {
        Some(returns) => {
            let (answer, general, special) = (private("Answer"), private("AnyAnswer"), private("AnswerWithError"));
            quote_spanned! {at=> {
                use {#general as _, #special as _};
                return (&&#answer::<#returns>::new()).give_up(#error)
            }}
        }
        None => {
            let panic_with = private("panic_with");
            quote_spanned!(at=> #panic_with(#error))
        }
    }
}

/// The type that a function returns, if it can be written inside of it: with `_` for what has no name.
pub(super) fn nameable(output: &ReturnType) -> Option<Type> {
    struct Anonymous(bool);

    impl VisitMut for Anonymous {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::ImplTrait(_) => *ty = syn::parse_quote!(_),
                Type::Never(_) | Type::Macro(_) => self.0 = true,
                _ => visit_mut::visit_type_mut(self, ty),
            }
        }
    }

    let ReturnType::Type(_, ty) = output else { return None };
    let (mut ty, mut anonymous) = (ty.clone(), Anonymous(matches!(**ty, Type::ImplTrait(_))));
    anonymous.visit_type_mut(&mut ty);
    (!anonymous.0).then_some(*ty)
}

/// `tokens` in which `self` is called `this`: a closure's parameter cannot have the name `self`.
fn with_this(tokens: TokenStream, this: &Ident) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut out = TokenStream::new();
    let mut in_item = false;
    while let Some(token) = tokens.next() {
        match token {
            // `impl L { … }` within the part: its `self` is its own.
            TokenTree::Group(group) if in_item && group.delimiter() == Delimiter::Brace => {
                in_item = false;
                group.to_tokens(&mut out);
            }
            TokenTree::Group(group) => {
                let mut renamed = Group::new(group.delimiter(), with_this(group.stream(), this));
                renamed.set_span(group.span());
                renamed.to_tokens(&mut out);
            }
            // `self::path` is another `self`.
            TokenTree::Ident(ident)
                if ident == "self"
                    && !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':') =>
            {
                Ident::new(&this.to_string(), ident.span()).to_tokens(&mut out);
            }
            TokenTree::Literal(literal) => in_text(literal, this).to_tokens(&mut out),
            token => {
                in_item |= matches!(&token, TokenTree::Ident(ident) if ident == "impl" || ident == "trait");
                token.to_tokens(&mut out);
            }
        }
    }
    out
}

/// A format string that names `self`, with `this` in its place.
fn in_text(literal: Literal, this: &Ident) -> Literal {
    let text = literal.to_string();
    if !text.contains("{self}") && !text.contains("{self:") {
        return literal;
    }
    let renamed = text.replace("{self}", &format!("{{{this}}}")).replace("{self:", &format!("{{{this}:"));
    let Ok(mut renamed) = renamed.parse::<Literal>() else { return literal };
    renamed.set_span(literal.span());
    renamed
}

//! What macros use: their arguments, their tokens, and the names in format strings.

use super::facts::{Access, ExitKind};
use super::places::Place;
use super::walk::Walk;
use crate::analyze::known::{self, MacroKind};
use crate::analyze::{returning, tokens};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Lit, Macro};

/// What `write!` does with its first argument.
pub(crate) const WRITTEN_TO: &str = "is written to";

impl Walk {
    pub(super) fn visit_mac(&mut self, mac: &Macro, is_stmt: bool) {
        let name = tokens::macro_name(mac);
        let span = mac.path.span();
        let kind = known::macro_kind(&name);
        let returns_error = returning::of(mac).is_some();
        match kind {
            MacroKind::Prints | MacroKind::Quotes => self.effect(span, format!("`{name}!`")),
            MacroKind::Returns if returns_error => {
                if self.functions == 0 {
                    self.exit(span, ExitKind::Leave);
                }
            }
            MacroKind::Returns => self.facts.hidden_exits.push((span, format!("`{name}!`"))),
            MacroKind::Unknown => {
                self.facts.unknown_macros.push(span);
                if is_stmt {
                    self.effect(span, format!("`{name}!`, whose effects are not known,"));
                }
                if tokens::hides_exit(mac.tokens.clone()) {
                    self.facts.hidden_exits.push((span, format!("`{name}!`")));
                }
            }
            MacroKind::Writes | MacroKind::Formats | MacroKind::Evaluates => {}
        }
        self.format_captures(mac.tokens.clone());
        let args = if kind == MacroKind::Unknown {
            None
        } else {
            tokens::macro_args(mac).or_else(|| tokens::repeat_args(mac))
        };
        let Some(args) = args else {
            if kind != MacroKind::Unknown && tokens::hides_exit(mac.tokens.clone()) {
                self.facts.hidden_exits.push((span, format!("`{name}!`")));
            }
            let access = if kind == MacroKind::Unknown { Access::Tokens } else { Access::Shared };
            return self.tokens(mac.tokens.clone(), &access);
        };
        if let (MacroKind::Writes, Some(to)) = (kind, args.first()) {
            self.effect_behind_reference(span, format!("`{name}!`"), to);
        }
        for (index, arg) in args.iter().enumerate() {
            match (kind, arg) {
                (MacroKind::Writes, _) if index == 0 => self.access(arg, Access::Mutate(WRITTEN_TO)),
                (MacroKind::Evaluates, _) if name != "assert_eq" && name != "assert_ne" => self.visit_expr(arg),
                (MacroKind::Returns, arg) if returns_error => self.visit_expr(arg),
                (_, Expr::Assign(named)) => self.access(&named.right, Access::Shared),
                _ => self.access(arg, Access::Shared),
            }
        }
    }

    /// Every name among the tokens of a macro.
    fn tokens(&mut self, tokens: TokenStream, access: &Access) {
        let mut previous_is_dot = false;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if !previous_is_dot => {
                    let place = Place { name: ident.to_string(), fields: Vec::new() };
                    self.record(place, ident.span(), access.clone());
                }
                TokenTree::Group(group) => self.tokens(group.stream(), access),
                _ => {}
            }
            previous_is_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        }
    }

    /// The variables that format strings capture: `"{name}"`, `"{name:?}"`, `"{:width$}"`.
    fn format_captures(&mut self, tokens: TokenStream) {
        for token in tokens {
            let TokenTree::Literal(literal) = &token else { continue };
            let Lit::Str(text) = Lit::new(literal.clone()) else { continue };
            for name in tokens::captured_names(&text.value()) {
                self.record(Place { name, fields: Vec::new() }, literal.span(), Access::Shared);
            }
        }
    }
}

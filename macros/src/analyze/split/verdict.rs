//! The split of one loop, and what it was decided on.

use super::aliases;
use super::crossing;
use super::reason::Reason;
use super::references;
use super::report::Line;
use super::splitter::{Names, Splitter};
use super::variables::{Made, StmtKey};
use crate::analyze::carried::{self, Carried};
use crate::analyze::scope::{Locals, types_of};
use crate::analyze::uses::{self, Effect, ExitKind, Place, Use};
use crate::analyze::{kinds, leaving, patterns, types};
use crate::model::loop_plan::{Capture, Split};
use crate::model::options::Options;
use proc_macro2::{Ident, Span};
use syn::{ExprForLoop, ReturnType, Type};

/// The split, and what it was decided on.
pub(crate) struct Verdict {
    pub(crate) split: Split,
    /// Whether the parallel part has any work.
    pub(crate) has_work: bool,
    /// Why the in-order statements are in order.
    pub(crate) reasons: Vec<Reason>,
    /// What became of each statement.
    pub(crate) report: Vec<Line>,
    /// What is changed from one iteration to the next.
    pub(crate) carried: Vec<Carried>,
    /// How many calls and loops the parallel part has.
    pub(crate) weight: usize,
    /// Effects of the parallel part that are there because statements are marked.
    pub(crate) marked_effects: Vec<Effect>,
    /// Marks that cannot be followed, and why.
    pub(crate) refused_marks: Vec<(Span, Reason)>,
    pub(crate) awaits: Vec<Span>,
    pub(crate) yields: Vec<Span>,
    /// The first thing that leaves the loop early.
    pub(crate) left_at: Option<Span>,
    /// What the loop iterates over changes this variable as it is asked for items.
    pub(crate) source_changes: Option<Carried>,
    /// Where the body uses what the loop iterates over uses too, and one of the two changes it.
    pub(crate) shared_with_source: Option<Use>,
    /// The loop changes what it iterates over.
    pub(crate) iterand_changed: Option<Carried>,
    /// The parallel part surely moves what it captures.
    pub(crate) moved: Option<Use>,
    /// The type of the items, where it is certain.
    pub(crate) item: Option<Type>,
    /// The items are exclusive references, since something is changed through them here.
    pub(crate) items_changed: Option<Span>,
    /// A variable that the loop's pattern binds by reference crosses, which it cannot.
    pub(crate) crosses_by_ref: Option<Ident>,
}

/// Splits the body of `written`, loop number `plan`. `locals` are visible around it.
pub(crate) fn split(
    plan: usize,
    written: &ExprForLoop,
    locals: &Locals,
    options: &Options,
    output: &ReturnType,
) -> Verdict {
    let label = written.label.as_ref();
    let body = uses::of_body(&written.pat, &written.body, label);
    let carried = carried::find(&body, locals, &options.shared);
    let made = Made {
        is_copied: kinds::items_are_copied(&written.expr, &written.pat, locals),
        is_own: kinds::is_iter_mut(&written.expr),
        is_made: kinds::items_are_owned(&written.expr, locals),
        is_shared_item: kinds::items_are_shared(&written.expr, &written.pat, locals),
        ..Made::default()
    };
    let item = types::of_items(&written.expr, &types_of(locals));
    let types = types::of_bound(&written.pat, item.as_ref());
    let shared_with_source = carried::shared_with_source(&written.expr, &body, locals);
    let aliased = aliases::names(&written.body);
    let have_effects = body.effects.iter().any(|effect| effect.is_unnamed);
    let references = references::names(&written.body);
    let may_be_left = body.exits.iter().any(|exit| exit.kind == ExitKind::Leave);
    let moved_last = leaving::moved_last(written, locals);
    let mut stays: Vec<StmtKey> = Vec::new();
    let mut splitter = loop {
        let mut splitter = Splitter::new(
            plan,
            label,
            &carried,
            locals,
            Names { aliased: &aliased, references: &references, have_effects, moved_last: &moved_last },
            may_be_left,
            stays.clone(),
        );
        splitter.is_remote = options.is_process();
        for (name, is_mut) in patterns::bound_names(&written.pat) {
            let ty = types.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty.clone());
            splitter.bind(name, is_mut, Made { ty, ..made.clone() });
        }
        splitter.block(&written.body.stmts, false);
        // What turned out to cross, but borrows from what stays behind, is made in order the next time.
        if splitter.borrowed.is_empty() {
            break splitter;
        }
        stays.extend(splitter.borrowed);
    };
    crossing::settle(&splitter.touches, &splitter.variables, &mut splitter.segments);

    let left_at = body.exits.iter().find(|exit| exit.kind == ExitKind::Leave).map(|exit| exit.span);
    let left_at = left_at.or_else(|| body.hidden_exits.first().map(|(span, _)| *span)).or(splitter.unknown_macro);
    let mut bound: Vec<String> = patterns::bound_names(&written.pat).iter().map(|(name, _)| name.to_string()).collect();
    bound.extend(body.inner_names);
    let by_ref = patterns::names_bound_by_ref(&written.pat);
    let mut crossing = splitter.segments[0].crossing.iter().map(|crossing| &crossing.name);
    let is_read = |place: &Place| splitter.parallel_uses.iter().any(|used| used.place.overlaps(place));
    Verdict {
        has_work: splitter.has_work,
        awaits: body.awaits,
        yields: body.yields,
        left_at,
        source_changes: carried::changed_by_source(&written.expr, locals)
            .or_else(|| carried::borrowed_channel(&written.expr, locals)),
        shared_with_source,
        iterand_changed: carried::changed_iterand(&written.expr, &carried, locals).cloned(),
        moved: splitter.moved,
        item,
        items_changed: uses::changes_items(&written.pat, &written.body, label),
        crosses_by_ref: crossing.find(|name| by_ref.contains(name)).cloned(),
        reasons: splitter.reasons,
        report: splitter.report,
        marked_effects: splitter.marked_effects,
        weight: splitter.weight,
        carried: carried.clone(),
        refused_marks: splitter.refused_marks,
        split: Split {
            captures: captures(&splitter.parallel_uses, &bound, locals),
            turns: splitter.turns,
            segments: splitter.segments,
            items: splitter.items,
            moved_in_order: moved_last.iter().filter(|place| is_read(place)).map(ToString::to_string).collect(),
            may_be_left: left_at.is_some(),
            return_in_order: kinds::looks_unsendable(output),
        },
    }
}

/// The locals of the function, or fields of them, that the parallel part reads. `bound` are the names of the body.
fn captures(parallel_uses: &[Use], bound: &[String], locals: &Locals) -> Vec<Capture> {
    let mut captures: Vec<Capture> = Vec::new();
    for used in parallel_uses {
        let Place { name, fields } = &used.place;
        if let Some(declared) = locals.get(name) {
            let is_doubtful = bound.contains(name);
            // Of a field, whose type stands elsewhere, nothing is known.
            let ty = declared.ty.clone().filter(|_| fields.is_empty());
            let (name, fields) = (crate::names::written(name, used.span), fields.clone());
            let capture = Capture { name, fields, ty, is_doubtful };
            if !captures.iter().any(|known| known.name == capture.name && known.fields == capture.fields) {
                captures.push(capture);
            }
        }
    }
    captures
}

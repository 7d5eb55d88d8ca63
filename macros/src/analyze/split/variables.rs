//! The variables of an iteration: a table of them all, and which of them a name means at one place.

use crate::analyze::known;
use crate::analyze::uses::{Access, Use};
use crate::model::loop_plan::SegmentId;
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Stmt, Type};

/// The place of a variable in the table.
pub(super) type VariableId = usize;

/// A variable of the iteration.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: Ident,
    /// The segment that makes it, if it is the parallel part that does.
    pub(super) made_in: Option<SegmentId>,
    /// How many branches and inner loops it stands in.
    pub(super) depth: usize,
    pub(super) is_mut: bool,
    pub(super) made: Made,
    /// The parallel part uses it again although it must be `Copy` for that, which the compiler is to check.
    pub(super) crosses_as_copy: bool,
    pub(super) flags: Flags,
}

/// How a variable is made.
#[derive(Clone, Default)]
pub(super) struct Made {
    /// Its type, where that is certain.
    pub(super) ty: Option<Type>,
    /// Its type is known to be copied when used by value.
    pub(super) is_copied: bool,
    /// A statement of the body makes it, or it is an item which is a value of its own.
    pub(super) is_made: bool,
    /// Nothing outside the iteration can be another name of it, as far as can be seen.
    pub(super) is_own: bool,
    /// Its type is whatever its use asks for, so that nobody can tell it where it crosses.
    pub(super) is_open: bool,
    /// It may be another name of a stream (a file, a socket) from around the loop.
    pub(super) is_stream_around: bool,
    /// It is a reference which the loop iterates over.
    pub(super) is_shared_item: bool,
    /// It was found by way of such an item, or by a function, and may be a lock, an atomic or a cell that others find as well.
    pub(super) may_be_handle: bool,
    /// This statement makes it by borrowing from a value that the parallel part made.
    pub(super) borrows_in: Option<StmtKey>,
    /// The statement that makes it is a view of other variables; the in-order part, if it needs it, views again.
    pub(super) view: Option<View>,
}

/// What in-order statements have done with a variable so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// The in-order part made or changed it: it is the in-order part's from there on.
    pub(super) is_in_order: bool,
    /// An in-order statement reads it: from there on the parallel part must leave it as it is.
    pub(super) read_in_order: bool,
    /// An in-order statement used it by value, and it is used again: it must be `Copy`.
    pub(super) must_be_copied: bool,
}

/// A statement such as `let name = line.trim();`, and what it uses.
#[derive(Clone)]
pub(super) struct View {
    pub(super) stmt: Stmt,
    pub(super) of: Vec<(Use, VariableId)>,
}

/// A statement, known again when the body is split anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StmtKey(usize, usize, String);

impl StmtKey {
    pub(super) fn of(stmt: &Stmt) -> Self {
        let start = stmt.span().start();
        Self(start.line, start.column, stmt.to_token_stream().to_string())
    }
}

#[derive(Clone, Default)]
pub(super) struct Variables {
    all: Vec<Variable>,
    names: HashMap<String, VariableId>,
}

impl Variables {
    /// From here on, its name means this variable.
    pub(super) fn bind(&mut self, variable: Variable) -> VariableId {
        let id = self.all.len();
        self.names.insert(variable.name.to_string(), id);
        self.all.push(variable);
        id
    }

    pub(super) fn id(&self, name: &str) -> Option<VariableId> {
        self.names.get(name).copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.id(name).map(|id| &self.all[id])
    }

    pub(super) fn of(&self, id: VariableId) -> &Variable {
        &self.all[id]
    }

    pub(super) fn of_mut(&mut self, id: VariableId) -> &mut Variable {
        &mut self.all[id]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn names(&self) -> HashMap<String, VariableId> {
        self.names.clone()
    }

    /// At the end of a block, names mean again what they meant in front of it.
    pub(super) fn restore(&mut self, names: HashMap<String, VariableId>) {
        self.names = names;
    }

    pub(super) fn flags(&self) -> Vec<Flags> {
        self.all.iter().map(|variable| variable.flags).collect()
    }

    /// Branches exclude each other: the next one begins with the flags from in front of the fork.
    pub(super) fn set_flags(&mut self, flags: &[Flags]) {
        self.all.iter_mut().zip(flags).for_each(|(variable, flags)| variable.flags = *flags);
    }

    /// Behind the fork, what one of its branches did may have been done.
    pub(super) fn merge_flags(&mut self, others: &[Flags]) {
        for (Variable { flags, .. }, other) in self.all.iter_mut().zip(others) {
            flags.is_in_order |= other.is_in_order;
            flags.read_in_order |= other.read_in_order;
            flags.must_be_copied |= other.must_be_copied;
        }
    }
}

/// Whether a use of a variable of the iteration leaves it as it was, to be used again.
pub(super) fn leaves_alone(used: &Use, variable: &Variable) -> bool {
    match &used.access {
        Access::Shared => true,
        Access::Value => variable.made.is_copied,
        Access::Method(method, _) => {
            (variable.made.is_copied && !variable.is_mut) || (known::is_reader(method) && method != "into_iter")
        }
        Access::Mutate(_) | Access::Call | Access::Tokens => false,
    }
}

/// Whether a use of a variable of the iteration may change it, rather than read or move it.
pub(super) fn may_change(used: &Use, variable: &Variable) -> bool {
    match &used.access {
        Access::Shared | Access::Value => false,
        _ => !leaves_alone(used, variable),
    }
}

/// Whether a use behind an in-order use by value is fine if the variable is `Copy`, which is then asked for.
pub(super) fn reads_a_copy(used: &Use, variable: &Variable) -> bool {
    variable.flags.must_be_copied && matches!(used.access, Access::Value | Access::Method(..))
}

//! Where a variable crosses: at the end of the segment that makes it, or (if a branch moves it away) at the end of
//! each of the other branches that hand it to their in-order parts.

use super::variables::{VariableId, Variables};
use crate::model::loop_plan::{Crossing, Segment, SegmentId};

/// One use of a variable by one of the parts, in the order of the statements.
#[derive(Debug, Clone)]
pub(super) struct Touch {
    pub(super) variable: VariableId,
    /// The branches that lead from where it is made to the use, up to the first inner loop among them.
    pub(super) levels: Vec<Level>,
    pub(super) is_in_order: bool,
    /// Its value may be another one afterwards.
    pub(super) may_change: bool,
    /// It may be gone afterwards.
    pub(super) may_move: bool,
}

/// A branch that a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    /// The number of the fork, of whose branches only one is taken.
    pub(super) fork: usize,
    /// The first segment of the branch.
    pub(super) segment: SegmentId,
}

/// Writes into the segments what crosses at their ends.
pub(super) fn settle(touches: &[Touch], variables: &Variables, segments: &mut [Segment]) {
    for id in 0..variables.len() {
        let variable = variables.of(id);
        let touches: Vec<&Touch> = touches.iter().filter(|touch| touch.variable == id).collect();
        let Some(made_in) = variable.made_in.filter(|_| touches.iter().any(|touch| touch.is_in_order)) else {
            continue;
        };
        let mut ends = Vec::new();
        find_ends(made_in, 0, &touches, &mut ends);
        for end in ends {
            let name = variable.name.clone();
            let (is_mut, is_copied, ty) = (variable.is_mut, variable.crosses_as_copy, variable.made.ty.clone());
            let crossing = Crossing { name, is_mut, is_copied, is_open: variable.made.is_open, ty, taken_out: None };
            // Of two variables of one name, the first can be named no more.
            segments[end].crossing.retain(|known| known.name != crossing.name);
            segments[end].crossing.push(crossing);
        }
    }
}

/// The segments at whose ends a variable crosses that is needed within `segment` by `touches`.
fn find_ends(segment: SegmentId, depth: usize, touches: &[&Touch], ends: &mut Vec<SegmentId>) {
    let first = touches.iter().position(|touch| touch.is_in_order);
    let Some(behind) = first.map(|first| &touches[first..]) else { return };
    let fork = behind[0].levels.get(depth).map(|level| level.fork);
    // What is used behind the fork has not been moved away in it.
    let is_used_behind = behind.iter().any(|touch| touch.levels.get(depth).map(|level| level.fork) != fork);
    let is_moved = touches.iter().any(|touch| touch.may_move && !touch.is_in_order && touch.levels.len() > depth);
    if fork.is_none() || is_used_behind || !is_moved {
        return ends.push(segment);
    }
    let mut branches: Vec<SegmentId> = behind.iter().map(|touch| touch.levels[depth].segment).collect();
    branches.sort_unstable();
    branches.dedup();
    for branch in branches {
        let within = |touch: &&&Touch| touch.levels.get(depth).is_some_and(|level| level.segment == branch);
        let touches: Vec<&Touch> = touches.iter().filter(within).copied().collect();
        find_ends(branch, depth + 1, &touches, ends);
    }
}

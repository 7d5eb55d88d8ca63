//! What annotated loops and tasks with `mode = "process"` expand to.
//!
//! ```text
//! let options = ProcessOptions::new("name").workers(10).checked();
//! match IntoIterator::into_iter(source) { iter => match options.plan() {
//!     ProcessPlan::Plain => for x in iter { the body as it was written }
//!     ProcessPlan::Parallel(team) => {
//!         let captures = Captures::new().with("a", (&&Probe::of_value(&a)).travels(), &a);
//!         let kind = (&&&&&Probe::item(&iter)).travels();
//!         let part = process_part(iter, kind, captures, |(a, ()), maker| maker.body(move |item| { … }));
//!         for step in team.run(part) { let step = match step { Ok(step) => step, Err(error) => return … }; … }
//!     }
//! } }
//! ```

mod options;
mod demands;
mod loops;
mod answer;
mod tasks;

pub use answer::{Answer, AnswerWithError, AnyAnswer, panic_with};
pub use demands::{
    PortableValue, ProcessArgument, ProcessCapture, ProcessCross, ProcessItem, ProcessOutput, process_capture,
    process_cross, process_cross_copy, process_cross_owned, process_items,
};
pub use loops::{ProcessPlan, process_part};
pub use options::ProcessOptions;
pub use tasks::{map_process, submit_process};

//! What to run next and in which order to give it back: pure decisions, without threads or processes.

mod durations;
pub(crate) mod site;
pub(crate) mod balance;
pub(crate) mod pilot;
pub(crate) mod glance;
pub(crate) mod series;
pub(crate) mod rest;
pub(crate) mod calls;
pub(crate) mod source;
pub(crate) mod strips;
pub(crate) mod indexed;
pub(crate) mod chunk;
pub(crate) mod order;
pub(crate) mod adverse;
pub(crate) mod pace;

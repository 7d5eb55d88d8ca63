//! By hand with OpenMP, in C: `openmp.c` is compiled when the benchmark starts, into a temporary folder, and loaded into this
//! process. Without gcc this contender is left out.

use std::ffi::{CStr, CString, c_char, c_void};
use std::process::Command;
use std::sync::LazyLock;

use crate::bodies::Body;
use crate::sinks::{BoxedCall, Data, NESTED, Output, Sink};

/// What every loop in C looks like.
type Loop = unsafe extern "C" fn(n: usize, body: *const u64, wanted: u64, items: *const usize, out: *mut u64) -> u64;

/// The loaded library, which stays until the process ends.
struct Library(*mut c_void);

// SAFETY: a handle of `dlopen` may be used on any thread.
unsafe impl Send for Library {}
// SAFETY: `dlsym` may be called on several threads at once.
unsafe impl Sync for Library {}

static LIBRARY: LazyLock<Option<Library>> = LazyLock::new(load);

fn load() -> Option<Library> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (source, library) = (folder.path().join("openmp.c"), folder.path().join("openmp.so"));
    std::fs::write(&source, include_str!("../openmp.c")).expect("a temporary file");
    // What Rust may use, C may use.
    let avx = if cfg!(target_feature = "avx2") { "-mavx2" } else { "-O3" };
    let mut gcc = Command::new("gcc");
    gcc.args(["-O3", avx, "-fopenmp", "-shared", "-fPIC", "-o"]).args([&library, &source]);
    if !gcc.status().is_ok_and(|status| status.success()) {
        return None;
    }
    let path = CString::new(library.into_os_string().into_encoded_bytes()).ok()?;
    // SAFETY: the path ends with a zero; the library was made of our source, which runs nothing when it is loaded.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    (!handle.is_null()).then_some(Library(handle))
}

impl Library {
    fn symbol(&self, name: &str) -> Option<*mut c_void> {
        let name = CString::new(name).ok()?;
        // SAFETY: the handle is open until the process ends, and the name ends with a zero.
        let address = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        (!address.is_null()).then_some(address)
    }
}

/// The compiler's version, if it is there.
pub(crate) fn version() -> Option<String> {
    let address = LIBRARY.as_ref()?.symbol("compiler")?;
    // SAFETY: `compiler` in `openmp.c` has this type.
    let compiler = unsafe { std::mem::transmute::<*mut c_void, extern "C" fn() -> *const c_char>(address) };
    // SAFETY: it returns a string constant.
    let text = unsafe { CStr::from_ptr(compiler()) };
    Some(text.to_string_lossy().into_owned())
}

/// How a loop runs; `None` if `openmp.c` has none of the kind, or nobody could compile it.
pub(crate) fn call<B: Body>(sink: Sink) -> Option<BoxedCall<B>> {
    let address = LIBRARY.as_ref()?.symbol(&format!("{}_{}", sink.name(), B::IN_C))?;
    // SAFETY: each function in `openmp.c` that is named after a sink and a body has this type.
    let run = unsafe { std::mem::transmute::<*mut c_void, Loop>(address) };
    Some(Box::new(move |data: &mut Data, body: B| {
        let numbers = body.numbers();
        let n = if sink == Sink::Slice { data.items.len() } else { data.n() };
        let (wanted, items) = (data.wanted, data.items.as_ptr());
        let fresh = || Vec::<u64>::with_capacity(n);
        // SAFETY: a loop in C reads the three numbers of the body; `slice` alone reads items, of which there are `n`; and it
        // writes `n` results (`nested`: all of its rows) in those sinks alone that pass room for them below.
        let run = |out: *mut u64| unsafe { run(n, numbers.as_ptr(), wanted, items, out) };
        match sink {
            Sink::Push | Sink::Slice | Sink::Waiting => {
                let mut out = fresh();
                run(out.as_mut_ptr());
                // SAFETY: the loop wrote `n` results.
                unsafe { out.set_len(n) };
                Output::List(out)
            }
            Sink::Nested => {
                let mut rows = [0; NESTED * NESTED];
                run(rows.as_mut_ptr());
                Output::Lists(rows.chunks(NESTED).map(<[u64]>::to_vec).collect())
            }
            Sink::Fallible => {
                let mut out = fresh();
                let failed = run(out.as_mut_ptr());
                // SAFETY: the loop wrote `n` results.
                unsafe { out.set_len(n) };
                Output::Tried(match out.get(failed as usize) {
                    Some(&y) => Err(y),
                    None => Ok(out),
                })
            }
            Sink::Store => {
                run(data.out.as_mut_ptr());
                Output::InPlace
            }
            Sink::Find => {
                let found = run(data.out.as_mut_ptr()) as usize;
                Output::Found((found != usize::MAX).then_some(found))
            }
            Sink::Float => Output::Float(f64::from_bits(run(data.out.as_mut_ptr()))),
            _ => Output::Number(run(data.out.as_mut_ptr())),
        }
    }))
}

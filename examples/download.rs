//! Downloads many files with 16 requests at once: threads also serve loops that mostly wait.
//!
//! ```text
//! cargo run --release --example download                          # 200 files from a server of its own
//! cargo run --release --example download -- http://HOST/a.png …   # into the current folder
//! ```
//!
//! Files are named after the last part of their URL, with its position before it. A URL whose path has no
//! file extension, like any download that fails, is reported on standard error and stops no other; the
//! exit code is then 1. Only `http:`, to keep the example's dependencies few.
//!
//! Without arguments, a small server on this machine answers each request after 20 ms. Downloading its
//! files one after the other is timed against the annotated loop, and every file is compared with what
//! the server has.

use concurrent_futures::concurrent;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};
use ureq::Agent;
use ureq::http::Uri;

#[path = "support/table.rs"]
mod table;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Downloads what it can into `dir`, reports what it cannot, and returns the files.
#[concurrent(workers = 16)]
fn download_all(agent: &Agent, urls: &[String], dir: &Path) -> Vec<PathBuf> {
    let mut saved = Vec::new();
    for (i, url) in urls.iter().enumerate() {
        match download(agent, url, i, dir) {
            Ok(path) => saved.push(path),
            Err(error) => eprintln!("download: {url}: {error}"),
        }
    }
    saved
}

/// The same without the attribute.
fn download_all_plain(agent: &Agent, urls: &[String], dir: &Path) -> Vec<PathBuf> {
    let mut saved = Vec::new();
    for (i, url) in urls.iter().enumerate() {
        match download(agent, url, i, dir) {
            Ok(path) => saved.push(path),
            Err(error) => eprintln!("download: {url}: {error}"),
        }
    }
    saved
}

/// Downloads one file, and returns where it is.
fn download(agent: &Agent, url: &str, position: usize, dir: &Path) -> Result<PathBuf> {
    let path = dir.join(format!("{position:03}-{}", file_name(url)?));
    let mut body = agent.get(url).call()?.into_body().into_reader();
    let mut file = File::create(&path)?;
    io::copy(&mut body, &mut file).inspect_err(|_| {
        // Half a file is worse than none. If it cannot be removed either, the first error says why.
        fs::remove_file(&path).ok();
    })?;
    Ok(path)
}

/// The last part of the URL's path, which must have an extension.
fn file_name(url: &str) -> Result<String> {
    let uri: Uri = url.parse()?;
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    if Path::new(name).extension().is_none() {
        return Err("its path has no file extension".into());
    }
    Ok(name.to_owned())
}

fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).build().into()
}

fn main() -> Result<ExitCode> {
    let urls: Vec<String> = env::args().skip(1).collect();
    if urls.is_empty() {
        return demonstrate();
    }
    let (saved, time) = table::timed(|| download_all(&agent(), &urls, Path::new(".")));
    println!("{} of {} files in {:.2} s", saved.len(), urls.len(), time.as_secs_f64());
    Ok(if saved.len() == urls.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Downloads from a server on this machine, plainly and concurrently, and compares every byte.
fn demonstrate() -> Result<ExitCode> {
    const N_FILES: usize = 200;
    let base = start_server()?;
    let urls: Vec<String> = (0..N_FILES).map(|i| format!("{base}/{i}.bin")).collect();
    let (dir, plain_dir) = (tempfile::tempdir()?, tempfile::tempdir()?);

    let (expected, sequential) = table::timed(|| download_all_plain(&agent(), &urls, plain_dir.path()));
    let (saved, concurrent) = table::timed(|| download_all(&agent(), &urls, dir.path()));
    println!("{}", table::Table::default().row(format!("{N_FILES} files"), sequential, concurrent));

    let mut n_right = 0;
    for (i, (path, plain)) in saved.iter().zip(&expected).enumerate() {
        let content = content(&format!("/{i}.bin"));
        n_right += usize::from(fs::read(path)? == content && fs::read(plain)? == content);
    }
    println!("{n_right} of {N_FILES} files are right");
    Ok(if n_right == N_FILES { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Serves [`content`] on a free port, each connection on a thread of its own.
fn start_server() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away misses its answer, and says so itself.
            thread::spawn(move || answer(stream).ok());
        }
    });
    Ok(base)
}

/// Answers one request after 20 ms.
fn answer(mut stream: TcpStream) -> io::Result<()> {
    let head: Vec<String> = BufReader::new(&stream)
        .lines()
        .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
        .collect::<io::Result<_>>()?;
    let path = head.first().and_then(|request| request.split(' ').nth(1)).unwrap_or_default();
    thread::sleep(Duration::from_millis(20));
    let body = content(path);
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).into_bytes();
    answer.extend(body);
    stream.write_all(&answer)
}

/// What the server has under that path: some kilobytes that depend on it.
fn content(path: &str) -> Vec<u8> {
    path.bytes().cycle().take(5_000 + 37 * path.len()).enumerate().map(|(i, byte)| byte ^ i as u8).collect()
}

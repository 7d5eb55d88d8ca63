//! Values whose type is whatever their use asks for, and errors that cannot be sent everywhere

use std::error::Error;
use std::{fs, io};

use super::{form, weigh, work};

form! { rows_of_parsed_fields, |x| f(&x.text),
    fn f(text: &str) -> Result<Vec<Vec<u32>>, String> {
        let mut out = Vec::new();
        for line in text.lines() {
            let mut row = Vec::new();
            for field in line.trim().split('=').skip(1) {
                row.push(field.trim().parse().map_err(|_| format!("bad: {field}"))?);
            }
            out.push(row);
        }
        Ok(out)
    }
}

form! { parsed_in_a_condition, |x| f(&x.text),
    fn f(text: &str) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut weight = 0;
        for line in text.lines() {
            if let Ok(value) = line.trim_start_matches(|c: char| !c.is_ascii_digit()).trim().parse() {
                out.push(value);
                weight += weigh(line);
            }
        }
        (out, weight)
    }
}

form! { parsed_and_only_kept, |x| f(&x.text),
    fn f(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        for line in text.lines() {
            if let Ok(value) = line.replace("=", "1").trim().parse() {
                out.push(value);
            }
        }
        out
    }
}

form! { parsed_or_counted, |x| f(&x.text),
    fn f(text: &str) -> (Vec<i16>, u64, u32) {
        let mut out = Vec::new();
        let (mut total, mut bad) = (0, 0);
        for line in text.lines() {
            let number = line.replace(|c: char| !c.is_ascii_digit(), "");
            match number.parse() {
                Ok(value) => out.push(value),
                Err(_) => bad += 1,
            }
            match line.parse::<u64>() {
                Ok(value) => total += value,
                Err(_) => bad += 10,
            }
        }
        (out, total, bad)
    }
}

form! { parsed_or_left_out, |x| f(&x.text),
    fn f(text: &str) -> (Vec<u64>, Vec<i32>, u32) {
        let (mut ids, mut values) = (Vec::new(), Vec::new());
        let mut bad = 0;
        for line in text.lines() {
            let number = line.replace(|c: char| !c.is_ascii_digit(), "");
            let Ok(id) = number.parse() else {
                bad += 1;
                continue;
            };
            let value = match number.trim_end_matches('0').parse() {
                Ok(value) => value,
                Err(_) => {
                    bad += 10;
                    continue;
                }
            };
            ids.push(id);
            values.push(value);
        }
        (ids, values, bad)
    }
}

form! { parsed_by_the_next_call, |x| f(&x.text),
    fn f(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        for line in text.lines() {
            let value = match line.trim().split('=').next_back().unwrap_or_default().parse() {
                Ok(value) => value,
                Err(_) => continue,
            };
            out.push(work(value));
        }
        out
    }
}

form! { missing_with_a_text, |x| f(&x.text).map_err(|error| error.to_string()),
    fn f(text: &str) -> Result<Vec<u64>, Box<dyn Error>> {
        let mut out = Vec::new();
        for line in text.lines() {
            let (name, value) = line.split_once('=').ok_or("no value")?;
            let last = value.chars().last().ok_or("an empty value")?;
            out.push(weigh(name) + u64::from(last));
        }
        Ok(out)
    }
}

form! { missing_with_a_text_that_is_returned, |x| f(&x.text),
    fn f(text: &str) -> Result<u64, &'static str> {
        let mut total = 0;
        for line in text.lines() {
            total += weigh(line.split_once('=').ok_or("no value")?.1);
        }
        Ok(total)
    }
}

form! { files_or_their_errors, |x| f(&x.words),
    fn f(words: &[String]) -> (u64, Vec<String>) {
        let mut total = 0;
        let mut missing = Vec::new();
        for word in words {
            let path = if word.len() > 2 { format!("/nowhere/{word}") } else { "/etc/passwd".to_owned() };
            match fs::read_to_string(path) {
                Ok(text) => total += text.len() as u64,
                Err(error) => missing.push(error.to_string()),
            }
        }
        (total, missing)
    }
}

form! { parsed_into_what_a_branch_fills, |x| f(&x.text),
    fn f(text: &str) -> Result<Vec<u16>, String> {
        let mut out = Vec::new();
        for line in text.lines() {
            let mut port = None;
            for field in line.split('=') {
                match field.trim() {
                    "" => return Err("an empty field".to_owned()),
                    field if field.len() > 2 => port = field.parse().ok(),
                    _ => {}
                }
            }
            let port = port.ok_or_else(|| format!("none in {line}")).unwrap_or(80);
            out.push(port);
        }
        Ok(out)
    }
}

form! { parsed_into_what_an_inner_loop_fills, |x| f(&x.text),
    fn f(text: &str) -> Result<Vec<u16>, String> {
        let mut out = Vec::new();
        for line in text.lines() {
            let mut found = None;
            for field in line.split('=') {
                if field.len() > 1 {
                    found = Some(field.trim().parse().map_err(|_| format!("no number in {line}"))?);
                }
            }
            out.push(found.ok_or("nothing".to_owned())?);
        }
        Ok(out)
    }
}

form! { errors_made_of_texts, |x| f(&x.text),
    fn f(text: &str) -> io::Result<u64> {
        let mut total = 0;
        for line in text.lines() {
            let key = line.split('=').next().ok_or("no key").map_err(|error| error.to_string()).map_err(io::Error::other)?;
            let number = line.trim_end().rsplit('=').next().unwrap_or("7");
            let value = number.parse::<u64>().map_err(|error| format!("{line}: {error}")).map_err(io::Error::other)?;
            total += weigh(key) ^ value;
        }
        Ok(total)
    }
}

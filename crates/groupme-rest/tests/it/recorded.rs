//! Recorded requests and answers: the files of `tests/fixtures`.

use core::fmt::Debug;
use std::{fs, path::PathBuf};

use groupme_rest::Call;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Returns the content of a file.
pub(crate) fn load(name: &str) -> Value {
    let path = folder().join(name);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_slice(&text).unwrap()
}

/// Returns the names of all files, sorted.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"]
        .iter()
        .collect()
}

/// Recorded answer.
pub(crate) struct Answer {
    name: &'static str,
    body: Value,
}

impl Answer {
    pub(crate) fn load(name: &'static str) -> Self {
        Self {
            name,
            body: load(name),
        }
    }

    /// Wraps the answer in a member that the recording omits.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.body = json!({ key: self.body });
        self
    }

    /// Parses the content at a JSON Pointer, strictly.
    pub(crate) fn at<T: DeserializeOwned>(&self, pointer: &str) -> T {
        let content = if self.has_envelope() {
            &self.body["response"]
        } else {
            &self.body
        };
        let found = content
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{}: nothing at {pointer}", self.name));
        T::deserialize(found).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Parses the answer by a call, both bare and in an envelope, which the documentation omits.
    pub(crate) fn read<T: Debug + PartialEq>(&self, status: u16, call: &Call<T>) -> T {
        let read = self.decode(status, call, &self.body);
        assert_ne!(format!("{read:?}"), "[]", "{}: nothing in it", self.name);
        if !self.has_envelope() {
            let wrapped = json!({
                "response": self.body,
                "meta": {"code": u32::from(status) * 100, "errors": []},
            });
            assert_eq!(self.decode(status, call, &wrapped), read, "{}", self.name);
        }
        read
    }

    fn decode<T>(&self, status: u16, call: &Call<T>, body: &Value) -> T {
        let status = StatusCode::from_u16(status).unwrap();
        let body = serde_json::to_vec(body).unwrap();
        call.decode(status, &HeaderMap::new(), &body)
            .unwrap_or_else(|error| panic!("{}: {error}: {error:?}", self.name))
    }

    fn has_envelope(&self) -> bool {
        self.body["meta"]["code"].is_number()
    }
}

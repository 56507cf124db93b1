//! Decoding, one file per behavior.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod advice;
mod batches;
mod differential;
mod duplicate_keys;
mod envelope;
mod errors;
mod indexed_object;
mod limits;
mod numbers;
mod oracle;
mod ownership;
mod pool;
mod properties;
mod receiving;
mod recorded;
mod replay;
mod reuse;
mod secrets;
mod serialize;
mod strings;
mod surrogates;
mod truncation;
mod values;

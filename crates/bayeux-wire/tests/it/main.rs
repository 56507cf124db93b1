//! Decoding, one file per behavior.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod advice;
mod batches;
#[cfg(feature = "serde")]
mod deserialize;
mod differential;
mod duplicate_keys;
mod envelope;
mod errors;
mod indexed_object;
mod limits;
mod numbers;
mod oracle;
mod ownership;
mod parts;
mod payload;
mod pool;
mod properties;
mod receiving;
mod recorded;
mod replay;
mod reuse;
mod secrets;
#[cfg(feature = "serde")]
mod serialize;
mod strings;
mod surrogates;
#[cfg(any(feature = "serde_json", feature = "simd-json"))]
mod trees;
mod truncation;
mod values;
